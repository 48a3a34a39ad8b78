import { createApp } from 'vue';
import '@shared/tokens.css';
import '@shared/base.css';
import './console.css';
import { setUpLanguage } from '@shared/i18n';
import App from './App.vue';
import { router } from './router';
import { applyTheme } from './theme';

applyTheme();
createApp(App).use(setUpLanguage()).use(router).mount('#app');
