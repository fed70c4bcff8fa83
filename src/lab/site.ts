/**
 * Owns what a browser gets of a lab: the page of the wire upon the lab's own record, what the lab tells of
 * itself, and what is asked of it. On loopback only, and for no other site: a lab kills processes at a click.
 */

import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Recording } from '../record/recording.js';
import { refused } from '../web/api.js';
import { askingOf, changesNothing } from '../web/asking.js';
import { Assets } from '../web/assets.js';
import { Guard } from '../web/guard.js';
import { pageAt } from '../web/page-at.js';
import { closeQueued } from '../web/queued.js';
import { protectionOf, served } from '../web/served.js';
import { Shell } from '../web/shell.js';
import { serveWire } from '../web/wire.js';
import type { Clock } from '../world/clock.js';
import { UsageError } from '../world/exit.js';
import { labAction } from './action.js';
import type { Lab } from './control.js';
import { forwarded } from './forwarded.js';
import { Refusal } from './refusal.js';
import type { SimulatedWorld } from './world.js';
import { serveWorld } from './world-routes.js';

const actionBytesMax = 4_096;

const page = '/wire';

export interface SiteGiven {
  /** 0: any free one. */
  readonly port: number;
  readonly recording: Recording;
  readonly clock: Clock;
  /** Null: not yet. */
  readonly lab: () => Lab | null;
  /** A simulated world, instead of a lab. */
  readonly world?: SimulatedWorld;
}

export class Site {
  readonly #given: SiteGiven;
  readonly #assets = new Assets();
  readonly #shell = new Shell(this.#assets);
  readonly #guard = new Guard({ token: null, isOpenToRead: true, hosts: [], hooksSecret: null });
  readonly #server: http.Server;

  private constructor(given: SiteGiven) {
    this.#given = given;
    this.#server = http.createServer(getRequestListener(this.#app().fetch));
    closeQueued(this.#server);
  }

  static async open(given: SiteGiven): Promise<Site> {
    const site = new Site(given);
    const { port } = given;
    site.#server.listen(port, '127.0.0.1');
    await once(site.#server, 'listening').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new UsageError(
        `Port ${port} is taken: name another with --port, or 0 for any free one.`,
      );
    });
    return site;
  }

  get address(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}${page}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #app(): Hono {
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.use(async (context, next) => {
      const denial = this.#guard.refuses(askingOf(context));
      if (denial !== null) return refused(context, denial.status, denial.says);
      await next();
      for (const [name, value] of Object.entries(
        protectionOf(this.#shell, this.#guard.wantsToken),
      )) {
        if (!context.res.headers.has(name)) context.header(name, value);
      }
      return undefined;
    });
    const { recording, clock, world } = this.#given;
    serveWire(app as unknown as Hono, { recording, clock, refusesToRead: this.#refusesToRead });
    const tooLong = (context: Context) => refused(context, 413, `At most ${actionBytesMax} bytes`);
    app.use(
      '/api/*',
      this.#refusesToRead,
      bodyLimit({ maxSize: actionBytesMax, onError: tooLong }),
    );
    if (world === undefined) {
      app.get('/api/lab', (context) => this.#document(context));
      app.post('/api/lab', (context) => this.#act(context));
      for (const path of ['/api/*', '/events', '/badge/*']) {
        app.all(path, this.#refusesToRead, (context) =>
          forwarded(context, this.#given.lab()?.webPort ?? null),
        );
      }
    } else serveWorld(app as unknown as Hono, world);
    app.get('/', (context) => context.redirect(page));
    app.get('*', (context) => served(context, this.#assets) ?? this.#page(context));
    return app as unknown as Hono;
  }

  /** A page of another site gets no data, and does nothing. */
  readonly #refusesToRead: MiddlewareHandler = async (context, next) => {
    const asking = askingOf(context);
    const nowMs = this.#given.clock.wallMs();
    const denial = changesNothing(asking)
      ? this.#guard.refusesData(asking, nowMs)
      : (this.#guard.refusesData(asking, nowMs) ?? this.#guard.refusesChange(asking, nowMs));
    return denial === null ? next() : refused(context, denial.status, denial.says);
  };

  #document(context: Context): Response {
    const lab = this.#given.lab();
    if (lab === null) return refused(context, 503, notYet);
    return context.json(lab.document, 200, { 'Cache-Control': 'no-store' });
  }

  async #act(context: Context): Promise<Response> {
    const lab = this.#given.lab();
    if (lab === null) return refused(context, 503, notYet);
    const action = labAction.safeParse(await context.req.json().catch(() => null));
    if (!action.success) return refused(context, 400, 'Send an action, such as {"do":"next"}');
    try {
      await lab.act(action.data);
      return context.json({ says: 'OK' });
    } catch (error) {
      // What cannot be done now is nobody's fault; all else is ours.
      if (!(error instanceof Refusal)) throw error;
      return refused(context, 409, error.message);
    }
  }

  #page(context: Context): Response | Promise<Response> {
    const { path } = context.req;
    // A simulated world has no page but the wire.
    const isHere = this.#given.world === undefined || path.startsWith(page);
    const found = isHere ? pageAt(path) : null;
    const html = this.#shell.html({
      ...{ url: null, document: null, wantsToken: false, isTrusted: true, path },
      ...{ module: found?.module ?? null, styles: found?.styles ?? [] },
    });
    context.header('Cache-Control', 'no-store');
    return context.html(html, found === null ? 404 : 200);
  }
}

const notYet = 'The lab is being set up';
