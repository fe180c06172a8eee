import type { Texts } from '../locales.ts';

export const texts: Texts = {
  headings: {
    related: '您可能也喜歡',
    'bought-together': '經常一起購買',
    'for-you': '為您推薦',
    trending: '熱門趨勢',
    'recently-viewed': '最近瀏覽',
    'buy-again': '再次購買',
    'similar-cheaper': '更實惠的同類商品',
    'similar-dearer': '更高階的同類商品',
  },
  reasons: {
    visit: '符合您這次瀏覽',
    'bought-with': '經常一起購買',
    'viewed-with': '經常一起瀏覽',
    again: '您之前看過',
    popular: '店內熱銷',
    trending: '熱度上升',
    new: '新品上架',
    viewed: '您看過的商品',
    bought: '您買過的商品',
    cheaper: '同類商品，價格較低',
    dearer: '同類商品，價格較高',
    pinned: '店家精選',
    boosted: '店家精選',
  },
  reasonsWith: {
    visit: '因為您看過「{title}」',
    'bought-with': '常與「{title}」一起購買',
    'viewed-with': '常與「{title}」一起瀏覽',
  },
};
