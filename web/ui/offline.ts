/**
 * Makes the phone's page work from a cold start without a network: a service worker
 * that keeps exactly the files that page can need, found by following its imports.
 * The map is left out; it is kept when it was opened once.
 */
import { VitePWA } from 'vite-plugin-pwa';
import type { Plugin, PluginOption } from 'vite';

const entry = 'm/index.html';
const heavy = /[\\/]maplibre-gl[\\/]/;

export function offlinePhone(): PluginOption {
  const needed = new Set<string>();
  const follow: Plugin = {
    name: 'phone-files',
    apply: 'build',
    generateBundle(_options, bundle) {
      const visit = (file: string): void => {
        const chunk = bundle[file];
        if (needed.has(file) || chunk?.type !== 'chunk' || chunk.moduleIds.some((m) => heavy.test(m))) return;
        needed.add(file);
        for (const css of chunk.viteMetadata?.importedCss ?? []) needed.add(css);
        for (const next of [...chunk.imports, ...chunk.dynamicImports]) visit(next);
      };
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk' && chunk.isEntry && chunk.facadeModuleId?.replaceAll('\\', '/').endsWith(entry) === true) visit(chunk.fileName);
      }
    },
  };
  return [
    follow,
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/m',
      filename: 'sw.ts',
      manifest: false,
      injectRegister: false,
      injectManifest: {
        globPatterns: ['assets/*.{js,css}', entry, 'm.webmanifest', 'favicon.svg', 'icons/*.png'],
        manifestTransforms: [
          (files) => ({
            manifest: files.filter((f) => !f.url.startsWith('assets/') || needed.has(f.url)),
            warnings: [],
          }),
        ],
      },
    }),
  ];
}
