import type { Texts } from '../locales.ts';

export const texts: Texts = {
  headings: {
    related: 'Das könnte Ihnen auch gefallen',
    'bought-together': 'Wird oft zusammen gekauft',
    'for-you': 'Für Sie',
    trending: 'Gerade gefragt',
    'recently-viewed': 'Zuletzt angesehen',
    'buy-again': 'Noch einmal kaufen',
    'similar-cheaper': 'Ähnlich und günstiger',
    'similar-dearer': 'Ähnlich, eine Stufe höher',
  },
  reasons: {
    visit: 'Passt zu Ihrem Besuch',
    'bought-with': 'Wird oft zusammen gekauft',
    'viewed-with': 'Wird oft zusammen angesehen',
    again: 'Schon einmal angesehen',
    popular: 'Beliebt im Shop',
    trending: 'Gerade gefragt',
    new: 'Neu im Shop',
    viewed: 'Von Ihnen angesehen',
    bought: 'Von Ihnen schon gekauft',
    cheaper: 'Ähnlich, zu einem niedrigeren Preis',
    dearer: 'Ähnlich, zu einem höheren Preis',
    pinned: 'Vom Shop ausgewählt',
    boosted: 'Vom Shop ausgewählt',
  },
  reasonsWith: {
    visit: 'Weil Sie {title} angesehen haben',
    'bought-with': 'Oft gekauft mit {title}',
    'viewed-with': 'Oft angesehen mit {title}',
  },
};
