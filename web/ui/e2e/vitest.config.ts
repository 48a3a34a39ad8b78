import { defineConfig } from 'vitest/config';

// The browser test starts the real program and one Chromium. Its steps tell one story and
// stop at the first that fails. Drawing maps in software takes its time on a busy machine,
// so the limits are wide; none of them is what a step is about.
export default defineConfig({
  cacheDir: '../node_modules/.vite/browser',
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    bail: 1,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    reporters: ['verbose'],
  },
});
