/** English, and the keys that every language has. `{title}` is a product's. */
export const en = {
  headings: {
    related: 'You may also like',
    'bought-together': 'Often bought together',
    'for-you': 'For you',
    trending: 'Trending now',
    'recently-viewed': 'Recently viewed',
    'buy-again': 'Buy again',
    'similar-cheaper': 'Similar, for less',
    'similar-dearer': 'Similar, a step up',
  },
  reasons: {
    visit: 'Fits your visit',
    'bought-with': 'Often bought together',
    'viewed-with': 'Often viewed together',
    again: 'You looked at this before',
    popular: 'Popular in the shop',
    trending: 'Trending now',
    new: 'New in the shop',
    viewed: 'You looked at this',
    bought: 'You bought this before',
    cheaper: 'Similar, at a lower price',
    dearer: 'Similar, at a higher price',
    pinned: 'Picked by the shop',
    boosted: 'Picked by the shop',
  },
  reasonsWith: {
    visit: 'Because you looked at {title}',
    'bought-with': 'Often bought with {title}',
    'viewed-with': 'Often viewed with {title}',
  },
};

export type Texts = { readonly [Group in keyof typeof en]: { readonly [Key in keyof (typeof en)[Group]]: string } };
