import type { Context } from 'hono';
import { Hono } from 'hono';
import { FAULTS, noFaults, setFaults } from '../faults.ts';
import type { Selling } from '../selling.ts';
import type { ShopState } from '../state.ts';
import type { TokenDesk } from './oauth.ts';
import { appPage, appsPage, faultsPage, ordersPage, productsPage } from './pages.ts';

export interface AppOffer {
  readonly appUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

/** What the pages do to the shop, done by `createShop`. */
export interface AdminActions {
  offered(): AppOffer | null;
  install(offer: AppOffer): Promise<Response>;
  uninstall(): Promise<void>;
  /** Address under which the admin opens the app. */
  appAddress(): string;
}

/** The admin's pages. There is no login: the shop listens on this machine only. */
export function adminPages(state: ShopState, selling: Selling, tokens: TokenDesk, actions: AdminActions): Hono {
  const admin = new Hono();
  admin.get('/admin', (c) => c.html(appsPage(state, actions.offered())));
  admin.post('/admin/install', async (c) => {
    const offer = actions.offered();
    if (!offer) return c.redirect('/admin', 303);
    try {
      const response = await actions.install(offer);
      if (response.ok) return c.redirect('/admin/apps/vitrine', 303);
      return c.html(appsPage(state, offer, `The app answered with ${response.status} when it was opened.`), 502);
    } catch {
      return c.html(appsPage(state, offer, 'The app could not be reached.'), 502);
    }
  });
  admin.post('/admin/uninstall', async (c) => {
    await actions.uninstall();
    return c.redirect('/admin', 303);
  });
  admin.get('/admin/apps/vitrine', (c) => (state.app ? c.html(appPage(state, actions.appAddress())) : c.redirect('/admin', 303)));
  // Only the admin's own page asks; a browser tells the origin of every POST.
  admin.post('/admin/session-token', (c) => (state.app ? c.json({ token: tokens.sessionToken({}) }, 200, { 'Cache-Control': 'no-store' }) : c.json({ error: 'no app is installed' }, 404)));

  admin.get('/admin/products', (c) => c.html(productsPage(state, c.req.query('q') ?? '', Number(c.req.query('page')) || 1)));
  admin.post('/admin/products/stock', (c) => change(c, (form) => selling.setStock(text(form.id), form.empty ? 0 : Number(form.quantity))));
  admin.post('/admin/products/visible', (c) => change(c, (form) => selling.setVisible(text(form.id), form.visible === '1')));
  admin.get('/admin/orders', (c) => c.html(ordersPage(state)));

  admin.get('/__faults', (c) => ((c.req.header('accept') ?? '').startsWith('application/json') ? c.json(state.faults) : c.html(faultsPage(state, c.req.query('saved') === '1'))));
  admin.post('/__faults', async (c) => {
    const json = (c.req.header('content-type') ?? '').includes('json');
    try {
      const body: Record<string, unknown> = json ? await c.req.json() : readForm(await c.req.parseBody());
      setFaults(state.faults, body);
    } catch (error) {
      return c.json({ error: (error as Error).message }, 400);
    }
    return json ? c.json(state.faults) : c.redirect('/__faults?saved=1', 303);
  });

  async function change(c: Context, act: (form: Record<string, unknown>) => void): Promise<Response> {
    const form = await c.req.parseBody();
    try {
      act(form);
    } catch (error) {
      return c.text((error as Error).message, 400);
    }
    const back = text(form.back);
    return c.redirect(back.startsWith('/admin/products') ? back : '/admin/products', 303);
  }
  return admin;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** An unticked box is not sent, so a form names every fault. */
function readForm(form: Record<string, unknown>): Record<string, unknown> {
  if (form.off) return { ...noFaults() };
  return Object.fromEntries(Object.entries(FAULTS).map(([name, { most, choices }]) =>
    [name, choices ? form[name] : most === undefined ? Object.hasOwn(form, name) : Number(form[name] === '' ? NaN : form[name])]));
}
