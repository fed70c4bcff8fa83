/**
 * Owns the idle crowd: a thousand runner sessions that only answer pings, and what they cost the
 * dispatcher. Beside it the least that a node server could do for the same: ping each, hear each.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { heartbeatEveryMs } from '../../src/protocol/limits.js';
import { pause } from './clock.js';
import { Crowd } from './crowd.js';
import type { Benchmark } from './figures.js';
import { inRoom } from './room.js';
import type { Heard } from './stand-ins.js';
import { cpuSeconds, megabytes } from './trio.js';

const crowd = 1_000;
const settleMs = 3_000;
const watchMs = 10_000;

export const sessions: Benchmark = {
  name: 'sessions',
  says: `${crowd} idle runner sessions, watched for ${watchMs / 1_000} s`,
  run: () =>
    inRoom(async (room) => {
      const bare = await bareServer();
      const { dispatcher, port } = await room.dispatcher('--port', '0', '--log-level', 'info');
      const ours = await watchCrowd(dispatcher.pid, port);
      const floor = {
        says: 'bare server: CPU of one core',
        unit: '%',
        samples: [bare.cpu],
      } as const;
      const violations =
        ours.heard.open === crowd ? [] : [`${crowd - ours.heard.open} sessions were dropped`];
      return {
        figures: [
          { says: 'CPU of one core', unit: '%', samples: [ours.cpu], target: 3, floor },
          { says: 'memory', unit: 'MB', samples: [ours.memory], target: 150 },
          { says: 'between two pings', unit: 'ms', samples: ours.heard.beats, target: 1_100 },
        ],
        floors: [floor, { says: 'bare server: memory', unit: 'MB', samples: [bare.memory] }],
        peers: "the ancestor's round takes 17 s, at 100 % of a core",
        violations,
      };
    }),
};

interface Watched {
  readonly cpu: number;
  readonly memory: number;
  readonly heard: Heard;
}

async function watchCrowd(pid: number, port: number): Promise<Watched> {
  const standIns = await Crowd.join(port, crowd);
  try {
    await pause(settleMs);
    standIns.forget();
    const before = cpuSeconds(pid);
    await pause(watchMs);
    const cpu = ((cpuSeconds(pid) - before) / watchMs) * 1e5;
    return { cpu, memory: megabytes(pid, 'VmRSS'), heard: await standIns.heard() };
  } finally {
    standIns.end();
  }
}

/** Node's own price: says welcome, then pings a quarter of the crowd at each quarter of a heartbeat. */
const bareScript = `
const sockets = [];
const server = require('net').createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.once('data', () => {
    const body = JSON.stringify({ session: 'bare', heartbeatEveryMs: ${heartbeatEveryMs} });
    socket.write('welcome:' + body.length + ':' + body + '\\n');
    socket.on('data', () => {});
    sockets.push(socket);
  });
});
server.listen(0, 'localhost', () => console.log(server.address().port));
let beat = 0;
setInterval(() => {
  beat += 1;
  sockets.forEach((socket, index) => (index + beat) % 4 === 0 && socket.write('ping\\n'));
}, ${heartbeatEveryMs / 4});
`;

async function bareServer(): Promise<Watched> {
  const child = spawn(process.execPath, ['-e', bareScript], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    return await watchCrowd(child.pid ?? 0, Number(port));
  } finally {
    child.kill('SIGKILL');
  }
}
