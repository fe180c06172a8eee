import { html, raw } from 'hono/html';
import { collectionHandle } from '../generator/products.ts';
import type { Order, Product } from '../generator/types.ts';
import { isAvailable, isVisible } from '../state.ts';
import type { ShopState } from '../state.ts';
import type { CartLine } from './cart.ts';
import { subtotal } from './cart.ts';
import type { Html } from './layout.ts';
import { bestsellers, price, priceLabel, productGrid, recommendations } from './layout.ts';

export const PER_PAGE = 24;
const FEATURED = ['Mugs', 'Loose tea', 'Plates', 'Candles', 'Vases', 'Plant pots', 'Throws', 'Boards'];

export function homePage(state: ShopState): Html {
  const best = bestsellers(state, isAvailable);
  const favourite = (type: string): Product | undefined => best.find((product) => product.type === type);
  const hero = [...new Set([favourite('Teapots'), favourite('Plant pots'), favourite('Mugs'), ...best])].filter((product) => product !== undefined).slice(0, 3);
  // One of each kind, so that the row shows how wide the range is.
  const fresh = [...new Map(best.filter((product) => product.tags.includes('new')).reverse().map((product) => [product.type, product])).values()].reverse().slice(0, 4);
  const types = FEATURED.filter((type) => state.typeByHandle.has(collectionHandle(type)));
  return html`<section class="hero"><div class="hero-text"><p class="eyebrow">New this season</p><h1>Good things for ordinary days</h1><p>Stoneware from small potteries, tea from single gardens, and tools that outlast the garden shed.</p><p><a class="button" href="/collections/all">Shop everything</a> <a class="text-link" href="/collections/loose-tea">Start with tea</a></p></div>
<div class="hero-pictures">${hero.map((product) => html`<a href="/products/${product.handle}"><img src="/images/${product.id}.svg" alt="${product.title}" width="600" height="600"></a>`)}</div></section>
<section class="band"><h2>Departments</h2><ul class="tiles">${types.map((type) => {
    const first = favourite(type);
    return first ? html`<li><a href="/collections/${collectionHandle(type)}"><img src="/images/${first.id}.svg" alt="" width="600" height="600" loading="lazy"><span>${type}</span></a></li>` : '';
  })}</ul></section>
${recommendations(state, { kind: 'for-you', limit: 8, heading: 'For you' })}
${fresh.length === 0 ? '' : html`<section class="band"><div class="band-head"><h2>Just in</h2><a class="text-link" href="/collections/all?sort=new">See what is new</a></div>${productGrid(state, fresh)}</section>`}
<section class="promises"><p><strong>Made to last</strong>Materials that age well, and spare parts for what does not.</p><p><strong>Sent tomorrow</strong>Ordered by three, on its way the next morning.</p><p><strong>Easy to return</strong>Thirty days, no questions, free label in the box.</p></section>`;
}

export function listPage(state: ShopState, input: { title: string; intro: string; products: readonly Product[]; page: number; sort: string; path: string; query?: string }): Html {
  const pages = Math.max(1, Math.ceil(input.products.length / PER_PAGE));
  const page = Math.min(Math.max(1, input.page), pages);
  const shown = input.products.slice((page - 1) * PER_PAGE, page * PER_PAGE);
  const address = (to: number): string => `${input.path}?${new URLSearchParams({ ...(input.query !== undefined && { q: input.query }), sort: input.sort, page: String(to) })}`;
  return html`<div class="page"><nav class="crumbs" aria-label="You are here"><a href="/">Home</a> <span aria-hidden="true">/</span> <span aria-current="page">${input.title}</span></nav>
<div class="list-head"><div><h1>${input.title}</h1><p class="intro">${input.intro}</p></div>
<form class="sort" action="${input.path}">${input.query === undefined ? '' : html`<input type="hidden" name="q" value="${input.query}">`}<label for="sort">Sort by</label><select id="sort" name="sort" data-submit>${[['popular', 'Most loved'], ['new', 'Newest'], ['price', 'Price, low to high'], ['price-down', 'Price, high to low']].map(([value, label]) => html`<option value="${value}"${value === input.sort ? html` selected` : ''}>${label}</option>`)}</select><button class="button quiet small">Sort</button></form></div>
${shown.length === 0 ? html`<p class="empty">Nothing here yet. <a href="/collections/all">See everything</a></p>` : productGrid(state, shown, 4)}
${pages === 1 ? '' : html`<nav class="pages" aria-label="Pages">${page > 1 ? html`<a class="button quiet" rel="prev" href="${address(page - 1)}">Previous</a>` : ''}<span>Page ${page} of ${pages}</span>${page < pages ? html`<a class="button quiet" rel="next" href="${address(page + 1)}">Next</a>` : ''}</nav>`}</div>`;
}

export function productPage(state: ShopState, product: Product): Html {
  const available = isAvailable(product);
  const first = product.variants.find((variant) => variant.quantity > 0) ?? product.variants[0];
  const left = Math.max(...product.variants.map((variant) => variant.quantity));
  return html`<div class="page"><nav class="crumbs" aria-label="You are here"><a href="/">Home</a> <span aria-hidden="true">/</span> <a href="/collections/${collectionHandle(product.type)}">${product.type}</a> <span aria-hidden="true">/</span> <span aria-current="page">${product.title}</span></nav>
<article class="product"><div class="product-picture"><img src="/images/${product.id}.svg" alt="${product.title}" width="600" height="600"></div>
<div class="product-text"><p class="eyebrow">${product.vendor}</p><h1>${product.title}</h1><p class="product-price">${product.variants.length > 1 ? priceLabel(state, product) : price(state, first.price)} <span class="tax">incl. VAT, plus delivery</span></p>
<form class="buy" method="post" action="/cart/add" data-vitrine-product="${product.id}">
${product.variants.length > 1 ? html`<fieldset><legend>${product.option}</legend><div class="options">${product.variants.map((variant) => html`<label><input type="radio" name="id" value="${variant.id}"${variant === first ? html` checked` : ''}${variant.quantity > 0 ? '' : html` disabled`}><span>${variant.title}<small>${price(state, variant.price)}</small></span></label>`)}</div></fieldset>` : html`<input type="hidden" name="id" value="${first.id}">`}
<div class="buy-row"><label class="quantity"><span>Quantity</span><input type="number" name="quantity" value="1" min="1" max="${Math.min(99, Math.max(1, left))}" inputmode="numeric"></label><button class="button large"${available ? '' : html` disabled`}>${available ? 'Add to cart' : 'Sold out'}</button></div></form>
<p class="stock ${available ? (left < 10 ? 'low' : '') : 'out'}">${available ? (left < 10 ? `Only ${left} left` : 'In stock, sent tomorrow') : 'Sold out for now'}</p>
<div class="prose">${raw(product.descriptionHtml)}</div>
<details><summary>Delivery and returns</summary><p>Standard delivery ${price(state, 490)}, free from ${price(state, 6_000)}; express ${price(state, 1_290)}. Send it back within thirty days.</p></details>
<dl class="facts"><div><dt>Article</dt><dd>${first.sku}</dd></div><div><dt>Range</dt><dd>${product.tags[0]}</dd></div></dl></div></article></div>
${recommendations(state, { kind: 'related', productId: product.id, limit: 8, heading: 'You may also like' })}`;
}

export function cartPage(state: ShopState, lines: readonly CartLine[]): Html {
  if (lines.length === 0) return html`<div class="page narrow"><h1>Your cart</h1><p class="empty">It is empty. <a href="/collections/all">Find something good</a></p></div>${recommendations(state, { kind: 'for-you', limit: 4, heading: 'For you' })}`;
  const sum = subtotal(lines);
  return html`<div class="page"><h1>Your cart</h1><div class="cart"><ul class="cart-lines">${lines.map((line) => html`<li class="cart-line"><a href="/products/${line.product.handle}" tabindex="-1" aria-hidden="true"><img src="/images/${line.product.id}.svg" alt="" width="600" height="600"></a>
<div class="cart-name"><a href="/products/${line.product.handle}">${line.product.title}</a>${line.variant.title === 'Default Title' ? '' : html`<span>${line.variant.title}</span>`}<span>${price(state, line.variant.price)} each</span></div>
<form method="post" action="/cart/change" class="cart-change" data-vitrine-cart-product="${line.product.id}"><input type="hidden" name="id" value="${line.variant.id}"><label><span class="hidden">Quantity of ${line.product.title}</span><input type="number" name="quantity" value="${line.quantity}" min="0" max="99" inputmode="numeric" data-submit></label><button class="button quiet small">Update</button><button class="link-button" name="remove" value="1" aria-label="Remove ${line.product.title}">Remove</button></form>
<p class="cart-sum">${price(state, line.variant.price * line.quantity)}</p></li>`)}</ul>
<aside class="summary"><h2>Summary</h2><dl><div><dt>Subtotal</dt><dd>${price(state, sum)}</dd></div><div><dt>Delivery</dt><dd>${sum >= 6_000 ? 'Free' : price(state, 490)}</dd></div><div class="total"><dt>Total</dt><dd>${price(state, sum + (sum >= 6_000 ? 0 : 490))}</dd></div></dl>
${sum < 6_000 ? html`<p class="hint">${price(state, 6_000 - sum)} more for free delivery.</p>` : ''}<a class="button large" href="/checkout">Go to checkout</a></aside></div></div>
${recommendations(state, { kind: 'bought-together', productIds: [...new Set(lines.map((line) => line.product.id))].join(','), limit: 4, heading: 'Often bought together' })}`;
}

export function checkoutPage(state: ShopState, lines: readonly CartLine[], problem?: string): Html {
  const sum = subtotal(lines);
  const field = (name: string, label: string, value: string, attributes: Html) => html`<label class="field"><span>${label}</span><input name="${name}" value="${value}" required ${attributes}></label>`;
  return html`<div class="page"><h1>Checkout</h1>${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}<div class="cart"><form class="checkout" method="post" action="/checkout">
<fieldset><legend>Contact</legend>${field('email', 'E-mail', 'shopper@example.com', html`type="email" autocomplete="email" maxlength="200"`)}</fieldset>
<fieldset><legend>Delivery</legend>${field('address1', 'Street and number', '1 Mill Lane', html`autocomplete="street-address" maxlength="200"`)}<div class="field-row">${field('zip', 'Postcode', '10115', html`autocomplete="postal-code" maxlength="20"`)}${field('city', 'Town', 'Berlin', html`autocomplete="address-level2" maxlength="100"`)}</div>
<div class="choices"><label><input type="radio" name="delivery" value="standard" checked><span>Standard, two to four days</span><b>${sum >= 6_000 ? 'Free' : price(state, 490)}</b></label><label><input type="radio" name="delivery" value="express"><span>Express, next day</span><b>${price(state, 1_290)}</b></label></div></fieldset>
<fieldset><legend>Payment</legend><p class="hint">A rehearsal: no card is asked for and nothing is charged.</p><div class="choices"><label><input type="radio" name="payment" value="approved" checked><span>Test card that is approved</span></label><label><input type="radio" name="payment" value="declined"><span>Test card that is declined</span></label></div></fieldset>
<button class="button large">Place order</button></form>
<aside class="summary"><h2>Your order</h2><ul class="mini">${lines.map((line) => html`<li><img src="/images/${line.product.id}.svg" alt="" width="600" height="600"><span>${line.quantity} × ${line.product.title}</span><b>${price(state, line.variant.price * line.quantity)}</b></li>`)}</ul><dl><div class="total"><dt>Total before delivery</dt><dd>${price(state, sum)}</dd></div></dl></aside></div></div>`;
}

export function orderPage(state: ShopState, order: Order): Html {
  return html`<div class="page narrow"><p class="eyebrow">Order ${order.name}</p><h1>Thank you, it is on its way to the packing table</h1><p class="intro">We ${order.cancelledAt === null ? 'pack it today and send it tomorrow' : 'cancelled this order'}.</p>
<div class="summary"><ul class="mini">${order.lines.map((line) => {
    const product = line.productId === null ? undefined : state.productById.get(line.productId);
    return html`<li>${product ? html`<img src="/images/${product.id}.svg" alt="" width="600" height="600">` : ''}<span>${line.quantity} × ${product && isVisible(product) ? html`<a href="/products/${product.handle}">${line.title}</a>` : line.title}</span><b>${price(state, line.price * line.quantity)}</b></li>`;
  })}</ul><dl><div><dt>${order.shipping.title} delivery</dt><dd>${order.shipping.price === 0 ? 'Free' : price(state, order.shipping.price)}</dd></div><div class="total"><dt>Total</dt><dd>${price(state, order.total)}</dd></div></dl></div>
<p><a class="button" href="/collections/all">Keep looking around</a></p></div>`;
}

export function messagePage(title: string, text: string): Html {
  return html`<div class="page narrow"><h1>${title}</h1><p class="intro">${text}</p><p><a class="button" href="/">To the home page</a></p></div>`;
}
