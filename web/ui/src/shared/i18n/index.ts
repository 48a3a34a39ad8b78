/** The two languages of the pages: Chinese first, English complete. */
import { createI18n } from 'vue-i18n';
import { en } from './en';
import { zh } from './zh';

export type Language = 'zh' | 'en';
const remembered = 'gridcommand.language';

/** What the address asks for (?lang=en) is remembered; else what was chosen before; else Chinese. */
function preferred(): Language {
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked === 'en' || asked === 'zh') localStorage.setItem(remembered, asked);
  return localStorage.getItem(remembered) === 'en' ? 'en' : 'zh';
}

export function setUpLanguage() {
  const first = preferred();
  document.documentElement.lang = first === 'zh' ? 'zh-CN' : 'en';
  return createI18n({
    legacy: false,
    locale: first,
    fallbackLocale: 'zh',
    messages: { zh, en },
    missingWarn: import.meta.env.DEV,
    fallbackWarn: import.meta.env.DEV,
  });
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(remembered, language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
