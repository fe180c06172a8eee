// The theme's only script: privacy choices, and forms that send themselves. Every page works without it.
const readConsent = () => /(?:^|; )consent=(accepted|declined)/.exec(document.cookie)?.[1];
let choice = readConsent();

window.Shopify = {
  ...window.Shopify,
  customerPrivacy: {
    analyticsProcessingAllowed: () => choice === 'accepted',
    marketingAllowed: () => false,
    preferencesProcessingAllowed: () => choice === 'accepted',
    saleOfDataAllowed: () => false,
    currentVisitorConsent: () => ({ analytics: choice === 'accepted' ? 'yes' : choice === 'declined' ? 'no' : '', marketing: 'no', preferences: '', sale_of_data: 'no' }),
  },
};

const banner = document.querySelector('[data-consent]');
banner?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const body = new URLSearchParams({ analytics: event.submitter?.value ?? 'declined' });
  const response = await fetch('/consent', { method: 'POST', body, headers: { accept: 'application/json' } });
  if (!response.ok) return banner.submit();
  choice = readConsent();
  const analyticsAllowed = choice === 'accepted';
  document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: { analyticsAllowed, marketingAllowed: false, preferencesAllowed: analyticsAllowed, saleOfDataAllowed: false } }));
  if (location.pathname === '/consent') location.reload(); else banner.remove();
});

for (const field of document.querySelectorAll('[data-submit]')) {
  field.addEventListener('change', () => field.form.requestSubmit());
}

// One open department at a time; Escape and a click elsewhere close it.
const departments = document.querySelectorAll('.menu details');
document.addEventListener('click', (event) => departments.forEach((item) => { if (!item.contains(event.target)) item.open = false; }));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  departments.forEach((item) => {
    if (!item.open) return;
    item.open = false;
    item.querySelector('summary').focus();
  });
});
