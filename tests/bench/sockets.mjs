// Usage: sockets.mjs KIND COUNT ADDRESS (URL or host:port); tokens, one a line, on standard input for websockets.
// Opens COUNT connections and keeps them until it is killed; prints `ready` when all stand. A process of its own, so that those who
// measure are not slowed by it. Kinds: ws, wss (signed in, then idle), silent (never says a word), drip (a head or a body, byte by byte).
import net from 'node:net';
import tls from 'node:tls';
import { readFileSync } from 'node:fs';

const [kind, count, address] = [process.argv[2], Number(process.argv[3]), new URL(process.argv[4])];
const tokens = kind.startsWith('ws') ? readFileSync(0, 'utf8').trim().split('\n') : [];
const port = Number(address.port);
const atOnce = 50;
const sockets = [];

const connect = () => (kind === 'wss' ? tls.connect({ port, host: address.hostname, rejectUnauthorized: false }) : net.connect({ port, host: address.hostname }));

function open(i) {
  return new Promise((resolve, reject) => {
    const socket = connect();
    sockets.push(socket);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`connection ${i} was closed`)));
    if (!kind.startsWith('ws')) {
      socket.on(kind === 'wss' ? 'secureConnect' : 'connect', () => {
        if (kind === 'drip') drip(socket, i);
        resolve();
      });
      return;
    }
    let heard = '';
    socket.on('data', (d) => {
      heard += d.toString('latin1');
      if (heard.includes('AUTHENTICATED')) resolve();
      if (heard.startsWith('HTTP/1.1 ') && !heard.startsWith('HTTP/1.1 101')) reject(new Error(heard.split('\r\n')[0]));
    });
    socket.write(
      `GET /ws?token=${tokens[i % tokens.length]} HTTP/1.1\r\nHost: ${address.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
  });
}

// Every other one drips its head, the rest a promised body.
function drip(socket, i) {
  const text = i % 2 ? 'GET /api/gigs HTTP/1.1\r\nHost: x\r\nX-Slow: ' + 'a'.repeat(400) : 'b'.repeat(400);
  if (i % 2 === 0) socket.write(`POST /api/auth/send-otp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n`);
  let at = 0;
  const timer = setInterval(() => (at < text.length && !socket.destroyed ? socket.write(text[at++]) : clearInterval(timer)), 200);
}

// Slow ones are cut by the box in the end, which is no fault; WebSockets that are cut are missed by those who count.
let started = 0;
let standing = 0;
let refused = null;
async function some() {
  while (started < count && !refused) {
    await open(started++).then(() => standing++, (e) => (refused ??= e));
  }
}
await Promise.all(Array.from({ length: atOnce }, some));
console.log(refused ? `only ${standing}: ${refused.message}` : 'ready');
