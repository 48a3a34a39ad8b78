/** One Chromium that reaches nothing but this machine, and the people who each hold a window of it. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

const flags = [
  '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--disable-dev-shm-usage', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
  // A name that is asked for is not found: were a page to ask elsewhere, nothing would leave, and it would be seen.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** The browser that is installed, or one that came as a package. */
async function executable(): Promise<string> {
  for (const path of [process.env['GRIDCOMMAND_CHROMIUM'], '/usr/bin/chromium']) {
    if (path !== undefined && path !== '' && existsSync(path)) return path;
  }
  const name = '@sparticuz/chromium';
  const found: { default: { executablePath(): Promise<string> } } = await import(/* @vite-ignore */ name);
  return found.default.executablePath();
}

export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: await executable(), args: flags, timeout: 90_000 });
}

/** What the windows did that a user would not see. */
export class Watch {
  /** Every host that was asked for anything. */
  readonly hosts = new Set<string>();
  /** What a page complained about. */
  readonly complaints: string[] = [];
  private readonly cutOff = new Set<string>();

  /** While `who` has no network, a request that finds none is no complaint. */
  without(who: string): () => void {
    this.cutOff.add(who);
    return () => this.cutOff.delete(who);
  }

  follow(who: string, context: BrowserContext): void {
    const ask = (url: string): void => {
      const { protocol, hostname } = new URL(url);
      if (protocol !== 'data:' && protocol !== 'blob:') this.hosts.add(hostname);
    };
    context.on('request', (r) => ask(r.url()));
    context.on('page', (page) => {
      page.on('websocket', (socket) => ask(socket.url()));
      page.on('pageerror', (error) => this.complaints.push(`${who}: ${error.stack ?? error.message}`));
      page.on('console', (said) => {
        if (said.type() !== 'error' && said.type() !== 'warning') return;
        const text = `${said.text()} ${said.location().url}`;
        if (this.cutOff.has(who) && /ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED/.test(text)) return;
        if (drawing.test(text) || answers.some((a) => a.test(text))) return;
        this.complaints.push(`${who}: ${said.type()}: ${text}`);
      });
    });
  }
}
/** Noes that a page asks for: a wall whose device nobody logged in yet, a phone that reads the grids of its community up to the one that is not there. */
const answers = [/ 401 .*\/api\/v1\/sessions\/current$/, / 404 .*\/api\/v1\/grid\/cells\/\d{15}$/];
/** What a software renderer says of itself, whoever asks it to draw. */
const drawing = /GPU stall due to ReadPixels|Automatic fallback to software WebGL|GL Driver Message/;

/** A window of somebody's own: nothing is shared with the others. */
export async function windowOf(browser: Browser, watch: Watch, who: string, url: string, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options });
  context.setDefaultTimeout(60_000);
  watch.follow(who, context);
  return context.newPage();
}
