// The platform's pixel manager, in the page: starts the app's pixel in its Worker once the shopper allows analytics, and
// publishes the standard events. The pixel itself never sees the page.
const { worker: address, shop, key, server } = document.currentScript.dataset;
const meta = (name) => document.querySelector(`meta[name="vitrine:${name}"]`)?.content;
const privacy = () => ({
  analyticsProcessingAllowed: Shopify.customerPrivacy.analyticsProcessingAllowed(), marketingAllowed: false,
  preferencesProcessingAllowed: Shopify.customerPrivacy.preferencesProcessingAllowed(), saleOfDataAllowed: false,
});
const variant = (productId) => ({ id: `${productId}1`, title: null, price: { amount: 0, currencyCode: 'EUR' }, product: { id: productId, title: '', vendor: '', type: null, url: null } });
const cartLines = () => (meta('cart') ?? '').split(',').filter(Boolean).map((entry) => entry.split(':')).map(([productId, quantity]) => ({ merchandise: variant(productId), quantity: Number(quantity) }));
const checkout = (order) => ({ token: order ? location.pathname.split('/').at(-1) : 'checkout-of-this-visit', order, lineItems: cartLines().map(({ merchandise, quantity }) => ({ variant: merchandise, quantity })) });

let sandbox;
let sequence = 0;
const taken = new Map();
const publish = (name, data) => new Promise((resolve) => {
  const seq = ++sequence;
  taken.set(seq, resolve);
  setTimeout(resolve, 10_000);
  sandbox?.postMessage({ event: { name, data, seq, id: `sh-${crypto.randomUUID()}`, timestamp: new Date().toISOString(), clientId: 'the platform’s', type: 'standard', context: { document: { location: { pathname: location.pathname, href: location.href } } } } });
});

function start() {
  if (sandbox) return;
  sandbox = new Worker(address);
  sandbox.addEventListener('message', ({ data }) => {
    if (data.taken) return taken.get(data.taken)?.();
    const value = data.method === 'sendBeacon' ? navigator.sendBeacon(...data.args) : localStorage[data.method](...data.args);
    sandbox.postMessage({ answer: data.call, value });
  });
  sandbox.postMessage({ init: { context: {}, data: {}, customerPrivacy: privacy() }, settings: { shop, key, server } });
  void publish('page_viewed', {});
  if (meta('product-id')) void publish('product_viewed', { productVariant: variant(meta('product-id')) });
  if (meta('collection-id')) void publish('collection_viewed', { collection: { id: meta('collection-id'), title: '', productVariants: [] } });
  if (meta('search')) void publish('search_submitted', { searchResult: { query: meta('search'), productVariants: [] } });
  if (meta('page') === 'cart') void publish('cart_viewed', { cart: { lines: cartLines() } });
  if (meta('page') === 'checkout') void publish('checkout_started', { checkout: checkout(null) });
  if (meta('order-id')) void publish('checkout_completed', { checkout: checkout({ id: meta('order-id'), customer: { id: null } }) });
}

if (privacy().analyticsProcessingAllowed) start();
document.addEventListener('visitorConsentCollected', () => {
  if (privacy().analyticsProcessingAllowed) start();
  sandbox?.postMessage({ event: { name: 'visitorConsentCollected', customerPrivacy: privacy() } });
});
document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!sandbox || !form.dataset.vitrineProduct) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  await fetch(form.action, { method: 'POST', body, headers: { accept: 'application/json' } });
  await publish('product_added_to_cart', { cartLine: { merchandise: variant(form.dataset.vitrineProduct), quantity: Number(body.get('quantity') ?? 1) } });
  location.assign('/cart');
});
