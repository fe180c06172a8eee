import type { Texts } from '../locales.ts';

export const texts: Texts = {
  headings: {
    related: '猜您喜欢',
    'bought-together': '经常一起购买',
    'for-you': '为您推荐',
    trending: '热门趋势',
    'recently-viewed': '最近浏览',
    'buy-again': '再次购买',
    'similar-cheaper': '更实惠的同类商品',
    'similar-dearer': '更高档的同类商品',
  },
  reasons: {
    visit: '符合您本次浏览',
    'bought-with': '经常一起购买',
    'viewed-with': '经常一起浏览',
    again: '您之前看过',
    popular: '店内热销',
    trending: '热度上升',
    new: '新品上架',
    viewed: '您看过的商品',
    bought: '您买过的商品',
    cheaper: '同类商品，价格更低',
    dearer: '同类商品，价格更高',
    pinned: '店家精选',
    boosted: '店家精选',
  },
  reasonsWith: {
    visit: '因为您看过“{title}”',
    'bought-with': '常与“{title}”一起购买',
    'viewed-with': '常与“{title}”一起浏览',
  },
};
