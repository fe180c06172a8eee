import { html } from 'hono/html';
import type { Faults } from '../faults.ts';
import { FAULTS, noFaults } from '../faults.ts';
import type { Product } from '../generator/types.ts';
import { isAvailable, isVisible } from '../state.ts';
import type { ShopState } from '../state.ts';

type Html = ReturnType<typeof html>;

function frame(state: ShopState, path: string, title: string, main: Html, full = false): Html {
  const link = (to: string, label: string) => html`<a href="${to}"${path === to ? html` aria-current="page"` : ''}>${label}</a>`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title} – ${state.data.name} admin</title><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/theme/mark.svg" type="image/svg+xml"><link rel="stylesheet" href="/theme/admin.css"><script src="/theme/admin.js" defer></script></head>
<body><header class="top"><img src="/theme/mark.svg" alt="" width="28" height="28">${state.data.name}<a href="/">View storefront</a></header>
<div class="side"><nav aria-label="Admin">${link('/admin', 'Apps')}${link('/admin/products', 'Products')}${link('/admin/orders', 'Orders')}${link('/__faults', 'Faults')}${state.app ? html`<p>Installed</p>${link('/admin/apps/vitrine', 'Vitrine')}` : ''}</nav>
<main class="${full ? 'full' : ''}">${main}</main></div><p class="toast" role="status" hidden></p></body></html>`;
}

/** Where apps are installed and uninstalled. */
export function appsPage(state: ShopState, offered: { readonly appUrl: string; readonly scopes: readonly string[] } | null, problem?: string): Html {
  const app = state.app;
  return frame(state, '/admin', 'Apps', html`<h1>Apps</h1>${problem === undefined ? '' : html`<div class="panel" role="alert">${problem}</div>`}<section class="panel"><h2>Vitrine</h2>
${app ? html`<p>Installed from ${app.appUrl}. It may: ${app.scopes.join(', ')}.</p><form method="post" action="/admin/uninstall"><a href="/admin/apps/vitrine">Open app</a> <button class="danger">Uninstall</button></form>`
    : offered ? html`<p>From ${offered.appUrl}. It asks for: ${offered.scopes.join(', ')}.</p><form method="post" action="/admin/install"><button class="primary">Install app</button></form>`
      : html`<p>No app is offered to this shop. Start the shop with the app's address and credentials.</p>`}</section>
<section class="panel"><h2>This shop</h2><p>${state.data.products.length} products, ${state.data.orders.length} orders, ${state.data.customers.length} customers. Domain ${state.domain}.</p></section>`);
}

/** The app in its frame. */
export function appPage(state: ShopState, src: string): Html {
  const origin = new URL(src).origin;
  return frame(state, '/admin/apps/vitrine', 'Vitrine', html`<iframe src="${src}" title="Vitrine" data-app-origin="${origin}" allow="clipboard-write"></iframe>`, true);
}

export function productsPage(state: ShopState, query: string, page: number, perPage = 25): Html {
  const wanted = query.toLowerCase();
  const found = state.data.products.filter((product) => product.title.toLowerCase().includes(wanted) || product.id === wanted);
  const pages = Math.max(1, Math.ceil(found.length / perPage));
  const at = Math.min(Math.max(1, page), pages);
  const back = `/admin/products?${new URLSearchParams({ q: query, page: String(at) })}`;
  const address = (to: number): string => `/admin/products?${new URLSearchParams({ q: query, page: String(to) })}`;
  return frame(state, '/admin/products', 'Products', html`<h1>Products</h1><section class="panel"><form action="/admin/products"><label>Find <input type="search" name="q" value="${query}"></label> <button>Search</button></form>
<table><thead><tr><td></td><th scope="col">Product</th><th scope="col">State</th><th scope="col">Stock</th><th scope="col">Shown</th></tr></thead><tbody>
${found.slice((at - 1) * perPage, at * perPage).map((product) => productRow(product, back))}</tbody></table>
<p class="pager">${at > 1 ? html`<a href="${address(at - 1)}">Previous</a>` : ''}<span>Page ${at} of ${pages}</span>${at < pages ? html`<a href="${address(at + 1)}">Next</a>` : ''}</p></section>`);
}

function productRow(product: Product, back: string): Html {
  const visible = isVisible(product);
  const stock = product.variants.reduce((sum, variant) => sum + variant.quantity, 0);
  const hidden = html`<input type="hidden" name="id" value="${product.id}"><input type="hidden" name="back" value="${back}">`;
  return html`<tr><td><img src="/images/${product.id}.svg" alt="" width="600" height="600" loading="lazy"></td><td>${visible ? html`<a href="/products/${product.handle}">${product.title}</a>` : product.title}<br>${product.type}</td>
<td><span class="state ${visible ? (isAvailable(product) ? '' : 'low') : 'off'}">${visible ? (isAvailable(product) ? 'For sale' : 'Sold out') : product.status === 'active' ? 'Hidden' : product.status}</span></td>
<td><form method="post" action="/admin/products/stock">${hidden}<input type="number" name="quantity" min="0" max="100000" value="${Math.max(0, ...product.variants.map((variant) => variant.quantity))}" aria-label="Stock of each variant of ${product.title}"><button>Set</button>${stock > 0 ? html`<button class="danger" name="empty" value="1">Set to 0</button>` : ''}</form></td>
<td><form method="post" action="/admin/products/visible">${hidden}<input type="hidden" name="visible" value="${visible ? '0' : '1'}"><button>${visible ? 'Hide' : 'Show'}</button></form></td></tr>`;
}

export function ordersPage(state: ShopState): Html {
  const money = new Intl.NumberFormat('en-IE', { style: 'currency', currency: state.data.currency });
  return frame(state, '/admin/orders', 'Orders', html`<h1>Latest orders</h1><section class="panel"><table><thead><tr><th scope="col">Order</th><th scope="col">Placed</th><th scope="col">Items</th><th scope="col">Total</th></tr></thead><tbody>
${state.data.orders.slice(-50).reverse().map((order) => html`<tr><td><a href="/orders/${order.token}">${order.name}</a></td><td>${new Date(order.createdAt).toISOString().slice(0, 16).replace('T', ' ')}</td><td>${order.lines.length}</td><td>${money.format(order.total / 100)}</td></tr>`)}</tbody></table></section>`);
}

/** Where faults are switched on and off, by hand. */
export function faultsPage(state: ShopState, saved = false): Html {
  const names = Object.keys(FAULTS) as (keyof Faults)[];
  const on = names.filter((name) => state.faults[name] !== noFaults()[name]);
  const groups = [...new Set(names.map((name) => FAULTS[name].group))];
  return frame(state, '/__faults', 'Faults', html`<h1>Faults</h1>
<p class="panel state-line" role="status">${saved ? 'Applied. ' : ''}${on.length === 0 ? 'This shop behaves.' : html`This shop misbehaves: ${on.map((name) => (typeof state.faults[name] === 'boolean' ? name : `${name} ${state.faults[name]}`)).join(', ')}.`}</p>
<form method="post" action="/__faults" class="faults"><p class="hint">A rate of 0.3 hits three in ten, drawn from the shop's seed. Tests do the same with <code>shop.setFaults({ … })</code> or <code>POST /__faults</code> with JSON.</p>
${groups.map((group) => html`<fieldset class="panel"><legend>${group}</legend>${names.filter((name) => FAULTS[name].group === group).map((name) => faultRow(name, state.faults[name]))}</fieldset>`)}
<p class="actions"><button class="primary">Apply</button> <button name="off" value="1">All off</button></p></form>`);
}

function faultRow(name: keyof Faults, value: number | boolean | string): Html {
  const { label, effect, most, choices } = FAULTS[name];
  const attributes = html`id="${name}" name="${name}" aria-describedby="${name}-effect"`;
  return html`<div class="fault"><label for="${name}">${label}</label><code>${name}</code>
${choices ? html`<select ${attributes}>${choices.map((choice) => html`<option${choice === value ? html` selected` : ''}>${choice}</option>`)}</select>`
    : most === undefined ? html`<input type="checkbox" ${attributes}${value === true ? html` checked` : ''}>`
      : html`<input type="number" ${attributes} value="${value}" min="0" max="${most}" step="${most === 1 ? 0.05 : 1}" required>`}
<p id="${name}-effect">${effect}</p></div>`;
}
