// A TCP proxy on the loopback that loses answers: the server has done the work, and the client never hears of it.

import {once} from 'node:events';
import net from 'node:net';

/** Lets every request through and resets the first `cuts` connections that get an answer. */
export async function startAnswerCuttingProxy(serverPort, cuts) {
  const sockets = new Set();
  const proxy = {answersCut: 0};
  const listener = net.createServer((client) => {
    const upstream = net.connect(serverPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // Either side may hang up at any time; the other one is told by the close.
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      if (proxy.answersCut < cuts) {
        proxy.answersCut += 1;
        client.resetAndDestroy();
        upstream.destroy();
      } else {
        client.write(chunk);
      }
    });
    upstream.on('close', () => client.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  proxy.port = listener.address().port;
  proxy.stop = () => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  };
  return proxy;
}
