// Comes before an app's web pixel in a Worker of its own: the platform's side of the strict sandbox. There is no page here;
// storage and events are messages.
const subscribers = new Map();
const waiting = new Map();
let calls = 0;
const ask = (method, ...args) => new Promise((resolve) => {
  waiting.set(++calls, resolve);
  postMessage({ call: calls, method, args });
});
const subscribe = (name, callback) => {
  subscribers.set(name, [...(subscribers.get(name) ?? []), callback]);
  return () => true;
};
let extension;
self.shopify = { extend: (point, run) => { if (point === 'WebPixel::Render') extension = run; } };
self.addEventListener('message', async ({ data }) => {
  if (data.init) {
    extension?.({
      settings: data.settings, init: data.init, analytics: { subscribe }, customerPrivacy: { subscribe },
      browser: {
        localStorage: { getItem: (key) => ask('getItem', key), setItem: (key, value) => ask('setItem', key, value), removeItem: (key) => ask('removeItem', key) },
        sendBeacon: (url, body) => ask('sendBeacon', url, body),
      },
    });
  } else if (data.answer) {
    waiting.get(data.answer)?.(data.value);
    waiting.delete(data.answer);
  } else if (data.event) {
    await Promise.all((subscribers.get(data.event.name) ?? []).map((callback) => callback(data.event)));
    if (data.event.seq) postMessage({ taken: data.event.seq });
  }
});
