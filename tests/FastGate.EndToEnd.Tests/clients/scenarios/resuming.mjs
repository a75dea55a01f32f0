// A fetch for a library that does not resume by itself: it is given one body, whatever becomes of the connections behind it.

/**
 * Loses the connection of every stream behind `events` events and comes back with the id of the last one that was received:
 * with the token, or with the request once more.
 */
export function losing({ events, again }) {
  const seen = { connections: 0, ids: [] };
  const resuming = async (url, init) => {
    const headers = new Headers(init.headers);
    headers.set('x-fastgate-stream-resume', 'true');
    let response = await fetch(url, { ...init, headers });
    seen.connections++;
    const token = response.headers.get('x-fastgate-stream');
    if (!token) {
      return response;
    }

    async function* body() {
      for (;;) {
        const reader = response.body.getReader();
        const decoder = new TextDecoder();
        let buffer = '';
        let left = events;
        while (left > 0) {
          const { done, value } = await reader.read();
          if (done) {
            return;
          }
          buffer += decoder.decode(value, { stream: true });
          for (let end; left > 0 && (end = buffer.indexOf('\n\n')) >= 0; buffer = buffer.slice(end + 2), left--) {
            const block = buffer.slice(0, end + 2);
            const id = block.match(/^id: (.*)$/m)?.[1];
            if (id) {
              seen.ids.push(id);
            }
            yield new TextEncoder().encode(block);
          }
        }
        await reader.cancel();
        headers.set('last-event-id', seen.ids.at(-1));
        response = again ? await fetch(url, { ...init, headers }) : await fetch(new URL(`/v1/streams/${token}`, url), { headers });
        seen.connections++;
        if (response.status === 204) {
          return;
        }
        if (!response.ok) {
          throw new Error(`resuming was answered ${response.status}: ${await response.text()}`);
        }
      }
    }

    return new Response(ReadableStream.from(body()), { status: response.status, headers: response.headers });
  };
  return { fetch: resuming, seen };
}
