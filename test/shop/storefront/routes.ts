import type { Context } from 'hono';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { collectionId } from '../generator/products.ts';
import { drawPicture } from '../generator/images.ts';
import type { Product } from '../generator/types.ts';
import type { Selling } from '../selling.ts';
import { SellingError } from '../selling.ts';
import { isAvailable, isVisible } from '../state.ts';
import type { ShopState } from '../state.ts';
import type { CartLine } from './cart.ts';
import { cartSummary, changeCart, readCart, subtotal, writeCart } from './cart.ts';
import type { Html, PageFacts } from './layout.ts';
import { bestsellers, frame } from './layout.ts';
import { readLook } from './look.ts';
import { cartPage, checkoutPage, homePage, listPage, messagePage, orderPage, productPage } from './pages.ts';

const SORTS: Readonly<Record<string, (a: Product, b: Product) => number>> = {
  new: (a, b) => b.createdAt - a.createdAt,
  price: (a, b) => lowest(a) - lowest(b),
  'price-down': (a, b) => lowest(b) - lowest(a),
};
const lowest = (product: Product): number => Math.min(...product.variants.map((variant) => variant.price));

/** The storefront's pages and its JSON endpoints. */
export function storefront(state: ShopState, selling: Selling): Hono {
  const app = new Hono();
  const lines = (c: Context): CartLine[] => readCart(state, getCookie(c, 'cart'));
  const keepCart = (c: Context, cart: readonly CartLine[]): void => setCookie(c, 'cart', writeCart(cart), { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: 14 * 86_400 });

  function show(c: Context, facts: PageFacts & { readonly title: string; readonly description?: string }, body: Html, options: { status?: 200 | 404 | 422; cart?: readonly CartLine[] } = {}): Response | Promise<Response> {
    const cart = options.cart ?? lines(c);
    return c.html(frame(state, {
      ...facts, body, consent: getCookie(c, 'consent'), path: new URL(c.req.url).pathname, look: readLook(c),
      cartCount: cart.reduce((sum, line) => sum + line.quantity, 0), cart: cartSummary(cart),
    }), options.status ?? 200);
  }

  app.get('/', (c) => show(c, { page: 'home', title: 'Good things for ordinary days' }, homePage(state)));

  app.get('/collections/:handle', (c) => {
    const handle = c.req.param('handle');
    const type = state.typeByHandle.get(handle);
    if (type === undefined && handle !== 'all') return c.notFound();
    const sort = c.req.query('sort') ?? 'popular';
    const products = bestsellers(state, (product) => type === undefined || product.type === type);
    if (Object.hasOwn(SORTS, sort)) products.sort(SORTS[sort]);
    const title = type ?? 'Everything';
    return show(c, { page: 'collection', title, collectionId: type === undefined ? 'all' : collectionId(type) },
      listPage(state, { title, intro: `${products.length} ${products.length === 1 ? 'thing' : 'things'} to choose from.`, products, page: Number(c.req.query('page')) || 1, sort, path: `/collections/${handle}` }));
  });

  app.get('/products/:handle', (c) => {
    const handle = c.req.param('handle');
    const json = handle.endsWith('.js');
    const product = state.productByHandle.get(json ? handle.slice(0, -3) : handle);
    if (!product || !isVisible(product)) return c.notFound();
    if (json) return c.json(productJson(product));
    return show(c, { page: 'product', title: product.title, description: product.descriptionHtml.replace(/<[^>]*>/g, ' ').trim(), productId: product.id }, productPage(state, product));
  });

  app.get('/search', (c) => {
    const query = (c.req.query('q') ?? '').trim().slice(0, 200);
    const sort = c.req.query('sort') ?? 'popular';
    const products = query === '' ? [] : search(state, query);
    if (Object.hasOwn(SORTS, sort)) products.sort(SORTS[sort]);
    return show(c, { page: 'search', title: query === '' ? 'Search' : `“${query}”`, search: query },
      listPage(state, { title: query === '' ? 'Search' : `Results for “${query}”`, intro: query === '' ? 'What are you looking for?' : `${products.length} ${products.length === 1 ? 'match' : 'matches'}.`, products, page: Number(c.req.query('page')) || 1, sort, path: '/search', query }));
  });

  app.get('/cart', (c) => show(c, { page: 'cart', title: 'Cart' }, cartPage(state, lines(c))));
  app.get('/cart.js', (c) => c.json(cartJson(lines(c))));

  app.post('/cart/add', async (c) => {
    const form = await fields(c);
    const cart = changeCart(state, lines(c), form('id'), Number(form('quantity') || 1), true);
    keepCart(c, cart);
    return wantsJson(c) ? c.json(cartJson(cart)) : c.redirect('/cart', 303);
  });
  app.post('/cart/change', async (c) => {
    const form = await fields(c);
    const cart = changeCart(state, lines(c), form('id'), form('remove') ? 0 : Number(form('quantity')), false);
    keepCart(c, cart);
    return wantsJson(c) ? c.json(cartJson(cart)) : c.redirect('/cart', 303);
  });

  app.get('/checkout', (c) => {
    const cart = lines(c);
    return cart.length === 0 ? c.redirect('/cart', 303) : show(c, { page: 'checkout', title: 'Checkout' }, checkoutPage(state, cart));
  });
  app.post('/checkout', async (c) => {
    const cart = lines(c);
    if (cart.length === 0) return c.redirect('/cart', 303);
    const form = await fields(c);
    const refuse = (problem: string) => show(c, { page: 'checkout', title: 'Checkout' }, checkoutPage(state, cart, problem), { status: 422 });
    const email = form('email').trim();
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) || email.length > 200) return refuse('That is not an e-mail address.');
    if (form('payment') === 'declined') return refuse('The card was declined. Try another one.');
    try {
      const order = selling.placeOrder({
        lines: cart.map((line) => ({ productId: line.product.id, variantId: line.variant.id, quantity: line.quantity })), email, express: form('delivery') === 'express',
        shippingAddress: { address1: form('address1').slice(0, 200), zip: form('zip').slice(0, 20), city: form('city').slice(0, 100), countryCode: 'DE', country: 'Germany' },
      });
      keepCart(c, []);
      return c.redirect(`/orders/${order.token}`, 303);
    } catch (error) {
      if (error instanceof SellingError) return refuse(error.message);
      throw error;
    }
  });
  app.get('/orders/:token', (c) => {
    const order = state.orderByToken.get(c.req.param('token'));
    if (!order) return c.notFound();
    return show(c, { page: 'order', title: `Order ${order.name}`, orderId: order.id }, orderPage(state, order));
  });

  app.get('/consent', (c) => show(c, { page: 'other', title: 'Privacy choices' }, messagePage('Privacy choices', `You ${getCookie(c, 'consent') === 'accepted' ? 'allow' : 'do not allow'} us to measure how the shop is used. Choose again below.`)));
  app.post('/consent', async (c) => {
    const form = await fields(c);
    setCookie(c, 'consent', form('analytics') === 'accepted' ? 'accepted' : 'declined', { path: '/', sameSite: 'Lax', maxAge: 180 * 86_400 });
    const back = form('back');
    // Only a path of this shop: two slashes would be another host.
    return wantsJson(c) ? c.json({ ok: true }) : c.redirect(/^\/[\w./-]*$/.test(back) && !back.startsWith('//') ? back : '/', 303);
  });

  app.get('/images/:file', (c) => {
    const product = state.productById.get(c.req.param('file').replace(/\.svg$/, ''));
    if (!product) return c.notFound();
    return c.body(drawPicture(product.id, product.picture), 200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=86400' });
  });

  app.notFound((c) => show(c, { page: 'other', title: 'Not found' }, messagePage('We could not find that page', 'It may have moved, or the thing it showed is no longer made.'), { status: 404 }));

  function cartJson(cart: readonly CartLine[]) {
    return {
      currency: state.data.currency, item_count: cart.reduce((sum, line) => sum + line.quantity, 0), total_price: subtotal(cart),
      items: cart.map((line) => ({
        id: Number(line.variant.id), variant_id: Number(line.variant.id), product_id: Number(line.product.id), title: line.product.title, handle: line.product.handle, url: `/products/${line.product.handle}`,
        image: `${state.origin}/images/${line.product.id}.svg`, quantity: line.quantity, price: line.variant.price, line_price: line.variant.price * line.quantity, vendor: line.product.vendor, product_type: line.product.type,
      })),
    };
  }
  function productJson(product: Product) {
    return {
      id: Number(product.id), title: product.title, handle: product.handle, description: product.descriptionHtml, type: product.type, vendor: product.vendor, tags: product.tags, url: `/products/${product.handle}`,
      price: lowest(product), available: isAvailable(product), featured_image: `${state.origin}/images/${product.id}.svg`, images: [`${state.origin}/images/${product.id}.svg`],
      variants: product.variants.map((variant) => ({ id: Number(variant.id), title: variant.title, sku: variant.sku, price: variant.price, available: variant.quantity > 0 })),
    };
  }
  return app;
}

/** Products whose words begin with every word of the query, bestsellers first. */
function search(state: ShopState, query: string): Product[] {
  const wanted = words(query);
  return bestsellers(state, (product) => {
    const own = words(`${product.title} ${product.type} ${product.vendor} ${product.tags.join(' ')}`);
    return wanted.length > 0 && wanted.every((word) => own.some((candidate) => candidate.startsWith(word.length > 3 ? word.replace(/s$/, '') : word)));
  });
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function wantsJson(c: Context): boolean {
  return (c.req.header('accept') ?? '').startsWith('application/json');
}

/** Reads a form or a JSON body; whatever is not text reads as ''. */
async function fields(c: Context): Promise<(name: string) => string> {
  let body: Record<string, unknown>;
  try {
    body = (c.req.header('content-type') ?? '').includes('json') ? ((await c.req.json()) as Record<string, unknown>) : await c.req.parseBody();
  } catch {
    body = {};
  }
  return (name) => {
    const value = body !== null && typeof body === 'object' && Object.hasOwn(body, name) ? body[name] : undefined;
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  };
}
