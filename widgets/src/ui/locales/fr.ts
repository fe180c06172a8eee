import type { Texts } from '../locales.ts';

export const texts: Texts = {
  headings: {
    related: 'Vous aimerez aussi',
    'bought-together': 'Souvent achetés ensemble',
    'for-you': 'Pour vous',
    trending: 'Tendances du moment',
    'recently-viewed': 'Consultés récemment',
    'buy-again': 'Acheter à nouveau',
    'similar-cheaper': 'Similaires, moins chers',
    'similar-dearer': 'Similaires, un cran au-dessus',
  },
  reasons: {
    visit: 'En accord avec votre visite',
    'bought-with': 'Souvent achetés ensemble',
    'viewed-with': 'Souvent vus ensemble',
    again: 'Déjà consulté',
    popular: 'Populaire dans la boutique',
    trending: 'Tendance du moment',
    new: 'Nouveau dans la boutique',
    viewed: 'Vous l’avez consulté',
    bought: 'Vous l’avez déjà acheté',
    cheaper: 'Similaire, à un prix plus bas',
    dearer: 'Similaire, à un prix plus élevé',
    pinned: 'Choisi par la boutique',
    boosted: 'Choisi par la boutique',
  },
  reasonsWith: {
    visit: 'Parce que vous avez consulté {title}',
    'bought-with': 'Souvent acheté avec {title}',
    'viewed-with': 'Souvent vu avec {title}',
  },
};
