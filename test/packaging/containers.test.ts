/**
 * Owns the promise that Dockerfile and compose.yaml fit each other and the repository, as far as reading
 * them shows. No image is built: its base would have to come from a registry.
 */

import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';

interface Instruction {
  readonly stage: string;
  readonly name: string;
  readonly rest: string;
}

const dockerfile = instructionsOf(readFileSync('packaging/Dockerfile', 'utf8'));
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const commands = Object.keys(manifest.bin);

test('what an image copies is in the repository, or in a stage before it', () => {
  const stages = dockerfile.filter(({ name }) => name === 'FROM').map(({ stage }) => stage);
  for (const { stage, rest } of named('COPY')) {
    const [, from, paths = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(rest) ?? [];
    if (from !== undefined) expect(stages.slice(0, stages.indexOf(stage))).toContain(from);
    else
      expect(
        paths
          .split(' ')
          .slice(0, -1)
          .filter((path) => !existsSync(path)),
      ).toEqual([]);
  }
});

test('what the package is made of is copied: its files, its commands, and what builds it', () => {
  const copied = named('COPY').flatMap(({ rest }) => rest.split(' ').slice(0, -1));
  const files = manifest.files.filter((path: string) => !path.includes('dist'));
  const wanted = [
    ...files,
    ...Object.values(manifest.bin),
    ...manifest.scripts.build.match(/\S+\/\S+|\S+json/g),
  ];
  expect(
    wanted.filter((path) => !copied.some((whole) => `${path}/`.startsWith(`${whole}/`))),
  ).toEqual([]);
});

test('there is an image for each process, which is not root and is stopped as by Ctrl-C', () => {
  for (const stage of ['dispatcher', 'observer', 'runner']) {
    const [command] = named('CMD').filter((instruction) => instruction.stage === stage);
    expect(commands).toContain(JSON.parse(command?.rest ?? '[]')[0]);
    expect(dockerfile).toContainEqual({ stage, name: 'FROM', rest: `base AS ${stage}` });
  }
  expect(named('USER')).toEqual([{ stage: 'base', name: 'USER', rest: 'node' }]);
  expect(named('STOPSIGNAL')).toEqual([{ stage: 'base', name: 'STOPSIGNAL', rest: 'SIGINT' }]);
  expect(named('HEALTHCHECK')).toMatchObject([{ stage: 'dispatcher' }]);
  expect(named('ARG')).toContainEqual({
    ...{ stage: 'base', name: 'ARG', rest: `VERSION=${manifest.version}` },
  });
});

test('compose starts the three, and all that they share is declared', () => {
  const { services, volumes, secrets } = compose.parse(
    parse(readFileSync('packaging/compose.yaml', 'utf8'), { merge: true }),
  );
  const stages = named('FROM').map(({ stage }) => stage);
  expect(Object.keys(services)).toEqual(['dispatcher', 'observer', 'runner']);
  for (const service of Object.values(services)) {
    expect(stages).toContain(service.build.target);
    expect(commands).toContain(service.command?.[0] ?? 'trivet-dispatcher');
    expect(Object.keys(secrets)).toEqual(expect.arrayContaining(service.secrets));
    const names = service.volumes.filter((volume) => /^\w/.test(volume));
    expect(Object.keys(volumes)).toEqual(
      expect.arrayContaining(names.map((volume) => volume.slice(0, volume.indexOf(':')))),
    );
  }
});

const compose = z.strictObject({
  services: z.record(
    z.string(),
    z.strictObject({
      build: z.strictObject({
        context: z.literal('.'),
        dockerfile: z.literal('packaging/Dockerfile'),
        target: z.string(),
      }),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string()),
      secrets: z.array(z.string()),
      ports: z.array(z.string()).optional(),
      volumes: z.array(z.string()),
      stop_grace_period: z.string().optional(),
      restart: z.literal('unless-stopped'),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

function named(name: string): Instruction[] {
  return dockerfile.filter((instruction) => instruction.name === name);
}

/** Without comments; a line that ends with a backslash goes on in the next. */
function instructionsOf(text: string): Instruction[] {
  let stage = '';
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/ *\\\n */g, ' ')
    .split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
      if (name === 'FROM') stage = / AS (\S+)$/.exec(rest)?.[1] ?? '';
      return { stage, name, rest };
    });
}
