import '@shared/tokens.css';
import '@shared/base.css';
import './screen.css';
import { createApp } from 'vue';
import { setUpLanguage } from '@shared/i18n';
import App from './App.vue';
import { whoAmI } from './kiosk';
import { en, zh } from './texts';

document.documentElement.dataset['face'] = 'wall';
const i18n = setUpLanguage();
i18n.global.mergeLocaleMessage('zh', { w: zh });
i18n.global.mergeLocaleMessage('en', { w: en });
void whoAmI();
createApp(App).use(i18n).mount('#app');
