// Answers the app's frame: session tokens and toasts, to the app's own origin only.
const frame = document.querySelector('iframe[data-app-origin]');
const appOrigin = frame?.dataset.appOrigin;

addEventListener('message', async (event) => {
  if (!frame || event.origin !== appOrigin || event.source !== frame.contentWindow) return;
  if (event.data?.type === 'shop:id-token') {
    const response = await fetch('/admin/session-token', { method: 'POST', headers: { accept: 'application/json' } });
    const token = response.ok ? (await response.json()).token : null;
    frame.contentWindow.postMessage({ type: 'shop:id-token', id: event.data.id, token }, appOrigin);
  }
  if (event.data?.type === 'shop:toast') {
    const toast = document.querySelector('.toast');
    toast.textContent = String(event.data.message).slice(0, 200);
    toast.hidden = false;
    setTimeout(() => { toast.hidden = true; }, 4_000);
  }
});
