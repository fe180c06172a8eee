// A stand-in for the platform's App Bridge inside the admin's frame: hands the app a fresh session token on demand.
(() => {
  const origin = new URL(document.currentScript.src).origin;
  const parameters = new URLSearchParams(location.search);
  const waiting = new Map();
  let next = 1;

  addEventListener('message', (event) => {
    if (event.origin !== origin || event.source !== parent || event.data?.type !== 'shop:id-token') return;
    const answer = waiting.get(event.data.id);
    waiting.delete(event.data.id);
    if (typeof event.data.token === 'string') answer?.resolve(event.data.token);
    else answer?.reject(new Error('The shop gave no session token.'));
  });

  window.shopify = {
    config: {
      apiKey: document.querySelector('meta[name="shopify-api-key"]')?.content ?? '',
      shop: parameters.get('shop') ?? '', host: parameters.get('host') ?? '', locale: 'en',
    },
    idToken: () => new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      setTimeout(() => { if (waiting.delete(id)) reject(new Error('The shop gave no session token within ten seconds.')); }, 10_000);
      parent.postMessage({ type: 'shop:id-token', id }, origin);
    }),
    toast: { show: (message) => parent.postMessage({ type: 'shop:toast', message: String(message) }, origin) },
  };
})();
