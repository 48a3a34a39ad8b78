import vue from '@vitejs/plugin-vue';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { offlinePhone } from './offline';

const page = (path: string): string => resolve(import.meta.dirname, path);

// One workspace, three faces. Each entry is a page of its own so that a phone never
// downloads the console and the wall never downloads the outbox.
export default defineConfig({
  plugins: [vue(), offlinePhone()],
  resolve: { alias: { '@shared': page('src/shared') } },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: {
        console: page('index.html'),
        m: page('m/index.html'),
        screen: page('screen/index.html'),
      },
    },
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
