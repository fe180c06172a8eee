import { html } from 'hono/html';
import { collectionHandle } from '../generator/products.ts';
import { isAvailable, isVisible } from '../state.ts';
import type { Product } from '../generator/types.ts';
import type { ShopState } from '../state.ts';
import { EXTENSION_ASSETS } from './extension-assets.ts';
import type { Look } from './look.ts';

export type Html = ReturnType<typeof html>;

/** What the embedded SDK's automatic tracking reads from a page's head. */
export interface PageFacts {
  readonly page: 'home' | 'collection' | 'product' | 'search' | 'cart' | 'checkout' | 'order' | 'other';
  readonly productId?: string;
  readonly collectionId?: string;
  readonly search?: string;
  readonly orderId?: string;
}

export interface Frame extends PageFacts {
  readonly title: string;
  /** Summary for search engines. */
  readonly description?: string;
  readonly body: Html;
  /** Pieces in the cart, and the cart as `id:quantity,…`. */
  readonly cartCount: number;
  readonly cart: string;
  readonly consent: string | undefined;
  readonly path: string;
  readonly look: Look;
}

/** Departments of the menu. */
const MENU: readonly (readonly [string, readonly string[]])[] = [
  ['Tea & coffee', ['Loose tea', 'Coffee', 'Teapots', 'Mugs', 'Coffee makers', 'Honey']],
  ['Table', ['Plates', 'Bowls', 'Glasses', 'Table linen']],
  ['Kitchen', ['Boards', 'Aprons']],
  ['Living', ['Candles', 'Candle holders', 'Cushions', 'Throws', 'Lamps', 'Vases', 'Stationery']],
  ['Garden', ['Plant pots', 'Seeds', 'Garden tools']],
];

export function price(state: ShopState, cents: number): string {
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency: state.data.currency }).format(cents / 100);
}

export function priceLabel(state: ShopState, product: Product): string {
  const prices = product.variants.map((variant) => variant.price);
  const lowest = Math.min(...prices);
  return Math.max(...prices) > lowest ? `From ${price(state, lowest)}` : price(state, lowest);
}

/** The frame of every page: head, header, consent banner, footer. No inline script or style anywhere. */
export function frame(state: ShopState, page: Frame): Html {
  const { embed } = state;
  const meta = (name: string, content: string | undefined) => (content === undefined ? '' : html`<meta name="vitrine:${name}" content="${content}">`);
  const link = (type: string) => html`<a href="/collections/${collectionHandle(type)}"${page.path === `/collections/${collectionHandle(type)}` ? html` aria-current="page"` : ''}>${type}</a>`;
  return html`<!doctype html>
<html lang="${page.look.lang}" dir="${page.look.dir}">
<head>
<meta charset="utf-8">
<title>${page.title} – ${state.data.name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${page.description ?? 'Things for the kitchen, the table and the garden, made to be used every day.'}">
<meta name="theme-color" content="${page.look.theme === 'night' ? '#0f1218' : '#f7f3ec'}">
<link rel="icon" href="/theme/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/theme/theme.css">
${page.look.theme === 'night' ? html`<link rel="stylesheet" href="/theme/night.css">` : ''}
${meta('page', page.page)}${meta('product-id', page.productId)}${meta('collection-id', page.collectionId)}${meta('search', page.search)}${meta('order-id', page.orderId)}${meta('cart', page.cart)}
<script src="/theme/theme.js" defer></script>
${embed ? html`<script type="module" fetchpriority="low" src="${EXTENSION_ASSETS}/vitrine.js" id="vitrine" data-shop="${state.domain}" data-key="${embed.key}" data-server="${embed.server ?? embed.appUrl}"${embed.pixel ? html` data-report="lists"` : ''}></script>` : ''}
${embed?.pixel ? html`<script src="/theme/pixel-host.js" defer data-worker="${EXTENSION_ASSETS}/pixel.js" data-shop="${state.domain}" data-key="${embed.key}" data-server="${embed.appUrl}"></script>` : ''}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<aside class="notice" aria-label="Good to know"><span>Free delivery from ${price(state, 6_000)}</span><span>30 days to change your mind</span></aside>
<header class="header">
<div class="header-row">
<a class="brand" href="/" aria-label="${state.data.name}, home"><img src="/theme/mark.svg" alt="" width="34" height="34"><span>${state.data.name}</span></a>
<form class="search" action="/search" role="search"><label class="hidden" for="q">Search the shop</label><input id="q" name="q" type="search" placeholder="Search mugs, tea, seeds …" value="${page.search ?? ''}" maxlength="200"><button type="submit" aria-label="Search"><svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5 21 21"/></svg></button></form>
<a class="cart-link" href="/cart"><svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d="M5 8h14l-1.2 12H6.2zM9 8V7a3 3 0 0 1 6 0v1"/></svg><span class="cart-word">Cart</span> <span class="cart-count" aria-label="${page.cartCount} in the cart">${page.cartCount}</span></a>
</div>
</header>
<nav class="menu" aria-label="Departments"><ul>${MENU.map(([name, types]) => {
    const present = types.filter((type) => state.typeByHandle.has(collectionHandle(type)));
    return present.length === 0 ? '' : html`<li><details name="menu"><summary>${name}</summary><div class="menu-panel">${present.map(link)}</div></details></li>`;
  })}<li><a href="/collections/all">Everything</a></li></ul></nav>
<main id="main" tabindex="-1">${page.body}</main>
<footer class="footer"><div class="footer-row">
<div><p class="brand-small">${state.data.name}</p><p>Things for the kitchen, the table and the garden, made to be used every day.</p></div>
<nav aria-label="Shop"><p class="footer-title">Shop</p><a href="/collections/all">Everything</a><a href="/collections/loose-tea">Loose tea</a><a href="/collections/mugs">Mugs</a><a href="/collections/plant-pots">Plant pots</a></nav>
<nav aria-label="Service"><p class="footer-title">Service</p><a href="/cart">Your cart</a><a href="/search">Search</a><a href="/consent">Privacy choices</a></nav>
<p class="footer-note">A simulated shop: nothing here is for sale, and no payment is taken.</p>
</div></footer>
${page.consent === undefined || page.path === '/consent' ? consentBanner(page.path) : ''}
</body>
</html>`;
}

function consentBanner(path: string): Html {
  return html`<form class="consent" method="post" action="/consent" aria-label="Privacy choices" data-consent>
<input type="hidden" name="back" value="${path === '/consent' ? '/' : path}">
<p><strong>May we measure how the shop is used?</strong> It helps us suggest things you may like. Nothing is stored or sent unless you agree.</p>
<div class="consent-buttons"><button class="button quiet" name="analytics" value="declined">Decline</button><button class="button" name="analytics" value="accepted">Accept</button></div>
</form>`;
}

/** A product in a grid. */
export function productCard(state: ShopState, product: Product, lazy = true): Html {
  const available = isAvailable(product);
  return html`<li class="card">
<a class="card-link" href="/products/${product.handle}">
<span class="card-picture"><img src="/images/${product.id}.svg" alt="" width="600" height="600" loading="${lazy ? 'lazy' : 'eager'}" decoding="async">${available ? (product.tags.includes('new') ? html`<span class="badge">New</span>` : '') : html`<span class="badge muted">Sold out</span>`}</span>
<span class="card-title">${product.title}</span>
</a>
<span class="card-vendor">${product.vendor}</span>
<span class="card-price">${priceLabel(state, product)}</span>
</li>`;
}

export function productGrid(state: ShopState, products: readonly Product[], eager = 0): Html {
  return html`<ul class="grid">${products.map((product, i) => productCard(state, product, i >= eager))}</ul>`;
}

/**
 * The embedded app's widget, where the theme has a place for it. The style sheet that keeps its room stands right before it: only what comes
 * after waits for it, not the first paint.
 */
export function recommendations(state: ShopState, input: { kind: string; limit: number; heading: string; productId?: string; productIds?: string }): Html | '' {
  if (!state.embed) return '';
  return html`<section class="band"><link rel="stylesheet" href="${EXTENSION_ASSETS}/vitrine.css"><vitrine-recommendations kind="${input.kind}"${input.productId === undefined ? '' : html` product-id="${input.productId}"`}${input.productIds === undefined ? '' : html` product-ids="${input.productIds}"`} limit="${input.limit}" heading="${input.heading}"></vitrine-recommendations></section>`;
}

/** Visible products, bestsellers first. */
export function bestsellers(state: ShopState, keep: (product: Product) => boolean = () => true): Product[] {
  return state.data.products.filter((product) => isVisible(product) && keep(product)).sort((a, b) => (state.sold.get(b.id) ?? 0) - (state.sold.get(a.id) ?? 0));
}
