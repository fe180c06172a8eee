/** English; its headings are in the widgets' own file. `{title}` is a product's. */
export const texts = {
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
