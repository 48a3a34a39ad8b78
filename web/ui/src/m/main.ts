import '@shared/tokens.css';
import '@shared/base.css';
import './m.css';
import { createApp } from 'vue';
import { setUpLanguage } from '@shared/i18n';
import App from './App.vue';
import { recallReference } from './reference';
import { startRouting } from './route';
import { startSender } from './sender';
import { en, zh } from './texts';

const i18n = setUpLanguage();
i18n.global.mergeLocaleMessage('zh', { m: zh });
i18n.global.mergeLocaleMessage('en', { m: en });

startRouting();
void recallReference();
void startSender();
createApp(App).use(i18n).mount('#app');

// The page works from a cold start without a network once its files were fetched.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  addEventListener('load', () => void navigator.serviceWorker.register('/sw.js', { scope: '/m' }).catch(() => undefined));
}
