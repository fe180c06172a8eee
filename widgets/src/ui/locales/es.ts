import type { Texts } from '../locales.ts';

export const texts: Texts = {
  headings: {
    related: 'También te puede gustar',
    'bought-together': 'Suelen comprarse juntos',
    'for-you': 'Para ti',
    trending: 'Tendencias del momento',
    'recently-viewed': 'Vistos recientemente',
    'buy-again': 'Comprar de nuevo',
    'similar-cheaper': 'Similares, más baratos',
    'similar-dearer': 'Similares, un nivel más',
  },
  reasons: {
    visit: 'Encaja con tu visita',
    'bought-with': 'Suelen comprarse juntos',
    'viewed-with': 'Suelen verse juntos',
    again: 'Ya lo miraste antes',
    popular: 'Popular en la tienda',
    trending: 'Tendencia del momento',
    new: 'Nuevo en la tienda',
    viewed: 'Ya lo has visto',
    bought: 'Ya lo has comprado',
    cheaper: 'Similar, a un precio más bajo',
    dearer: 'Similar, a un precio más alto',
    pinned: 'Elegido por la tienda',
    boosted: 'Elegido por la tienda',
  },
  reasonsWith: {
    visit: 'Porque has visto {title}',
    'bought-with': 'Suele comprarse con {title}',
    'viewed-with': 'Suele verse con {title}',
  },
};
