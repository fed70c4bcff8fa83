/**
 * Owns what a browser gets of the dispatcher's own port: pages, JSON, events. The one door of this room.
 * Never delays the wire: what is asked is answered by others' threads, or from memory, and each viewer
 * is bounded.
 */

import * as http from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { refused, serveApi } from './api.js';
import { askingOf, changesNothing } from './asking.js';
import { Assets } from './assets.js';
import type { Behind, WebOptions } from './behind.js';
import { heardIn, streamEvents } from './event-stream.js';
import { Guard } from './guard.js';
import { isHook } from './hooks/hooks.js';
import { Logs } from './logs/logs.js';
import { serveLogs } from './logs/routes.js';
import { serveOpenApi } from './openapi/document.js';
import { pageAt } from './page-at.js';
import { servePrograms } from './programs.js';
import { closeQueued } from './queued.js';
import { protectionOf, served } from './served.js';
import { SharedAnswers } from './shared-answers.js';
import { Shell } from './shell.js';
import { serveSignIn } from './sign-in.js';
import { serveWire } from './wire.js';

/** Sockets of browsers at once: a page has a few. */
const socketsMax = 2_000;

/** A request that drips in is not waited for; nor is a browser that keeps a connection and says nothing. */
const headersWithinMs = 10_000;
const requestWithinMs = 30_000;
const idleForMs = 20_000;

const full = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\r\n';

type Bindings = { Bindings: HttpBindings };

export class Web {
  readonly #behind: Behind;
  readonly #guard: Guard;
  readonly #answers: SharedAnswers;
  readonly #logs: Logs;
  readonly #hooksSecret: WebOptions['hooksSecret'];
  readonly #assets = new Assets();
  readonly #shell = new Shell(this.#assets);
  readonly #server: http.Server;
  readonly #sockets = new Set<Socket>();
  /** All that it answers: what must be written down (openapi/operations.ts). */
  readonly routes: Hono['routes'];

  constructor(behind: Behind, options: WebOptions) {
    this.#behind = behind;
    this.#guard = new Guard(options);
    this.#answers = new SharedAnswers(behind);
    this.#logs = new Logs(behind);
    this.#hooksSecret = options.hooksSecret;
    const limits = {
      headersTimeout: headersWithinMs,
      requestTimeout: requestWithinMs,
      keepAliveTimeout: idleForMs,
      connectionsCheckingInterval: headersWithinMs / 2,
    };
    const app = this.#app();
    this.routes = app.routes;
    this.#server = http.createServer(limits, getRequestListener(app.fetch));
    closeQueued(this.#server);
    // It listens nowhere: with this it begins to look after those that it is given.
    this.#server.emit('listening');
  }

  /** Serves a browser. */
  readonly browse = (socket: Socket): void => {
    if (this.#sockets.size >= socketsMax) {
      socket.on('error', () => {});
      socket.end(full);
      socket.destroySoon();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#server.emit('connection', socket);
  };

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    this.#logs.close();
  }

  #app(): Hono {
    const app = new Hono<Bindings>();
    const nowMs = () => this.#behind.clock.wallMs();
    app.onError((error, context) => {
      // Whoever left in the middle of what it said hears nothing, and it is nobody's fault here.
      if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
      return context.body(null, 400);
    });
    app.use(async (context, next) => {
      const denial = isHook(context) ? null : this.#guard.refuses(askingOf(context));
      context.set('remoteHost', context.env.incoming.socket.remoteAddress ?? '');
      if (denial !== null) return refused(context, denial.status, denial.says);
      await next();
      for (const [name, value] of Object.entries(
        protectionOf(this.#shell, this.#guard.wantsToken),
      )) {
        if (!context.res.headers.has(name)) context.header(name, value);
      }
      return undefined;
    });
    serveSignIn(app as unknown as Hono, this.#guard, nowMs);
    app.use('/api/*', async (context, next) => {
      const asking = askingOf(context);
      const denial = changesNothing(asking)
        ? this.#guard.refusesData(asking, nowMs())
        : this.#guard.refusesChange(asking, nowMs());
      if (denial !== null) return refused(context, denial.status, denial.says);
      context.header('Cache-Control', 'no-cache');
      return next();
    });
    const refusesToRead: MiddlewareHandler = async (context, next) => {
      const denial = this.#guard.refusesData(askingOf(context), nowMs());
      return denial === null ? next() : refused(context, denial.status, denial.says);
    };
    serveLogs(app as unknown as Hono, this.#logs);
    serveOpenApi(app as unknown as Hono);
    serveWire(app as unknown as Hono, {
      ...{ recording: this.#behind.recording, clock: this.#behind.clock, refusesToRead },
    });
    serveApi(app as unknown as Hono, this.#answers, this.#behind);
    servePrograms(app as unknown as Hono, {
      ...{ behind: this.#behind, answers: this.#answers, hooksSecret: this.#hooksSecret },
      mayRead: (context) => this.#guard.mayRead(askingOf(context), nowMs()),
      refusesToRead,
    });
    app.get('/events', refusesToRead, (context) => {
      const { incoming: request, outgoing: response } = context.env;
      const after = heardIn(context.req.header('last-event-id') ?? context.req.query('after'));
      const taps = context.req.query('tap') === '1';
      streamEvents(
        this.#behind,
        { request, response: response as http.ServerResponse },
        { after, taps },
      );
      return RESPONSE_ALREADY_SENT;
    });
    app.get('*', (context) => served(context, this.#assets) ?? this.#page(context));
    return app as unknown as Hono;
  }

  async #page(context: Context): Promise<Response> {
    const asking = askingOf(context);
    const nowMs = this.#behind.clock.wallMs();
    const isTrusted = this.#guard.isTrusted(asking, nowMs);
    const found = pageAt(context.req.path);
    const mayRead = this.#guard.refusesData(asking, nowMs) === null;
    const asked = mayRead ? (found?.first ?? null) : null;
    const answer = asked === null ? null : await this.#answers.of(asked.question).catch(() => null);
    const html = this.#shell.html({
      url: answer === null || answer.isRefusal ? null : (asked?.url ?? null),
      document: answer === null || answer.isRefusal ? null : answer.bytes,
      wantsToken: this.#guard.wantsToken,
      isTrusted,
      path: context.req.path,
      module: found?.module ?? null,
      styles: found?.styles ?? [],
    });
    const status = found === null || answer?.isRefusal === true ? 404 : 200;
    context.header('Cache-Control', 'no-store');
    return context.html(html, status);
  }
}
