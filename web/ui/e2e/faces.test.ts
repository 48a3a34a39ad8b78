/**
 * The main job through all three faces, in a real browser against the real program: an
 * inspector reports on the phone; console and wall, open beforehand, show it without a
 * reload; five posts carry it through three tiers and back to the inspector; the station
 * closes it; its page tells the whole story. Everything is done with clicks and typing.
 */
import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { violations } from './axe';
import { launch, Watch, windowOf } from './browser';
import { dispatch, give, logIn, openIncident } from './console';
import { answer, fillIn, numberShown, send, settled } from './phone';
import { photograph } from './photo';
import { keepSight, picture } from './pictures';
import { start, type Program } from './program';

const community = '440114002002';
const desk = { viewport: { width: 1440, height: 900 } };
const watch = new Watch();
let program: Program;
let browser: Browser;
let phone: Page;
let district: Page;
let wall: Page;
let number = '';
let id = '';
/** How often console or wall were loaded anew after they had been opened. */
let reloads = 0;

/** What the timeline calls each fact. */
const labels: Readonly<Record<string, string>> = {
  reported: '上报', routed: '受理定责', filed: '立案', dispatched: '派遣', attached: '补充附件', escalated: '提级上报', returned: '退单',
  handled: '处置反馈', passed: '核查通过', closed: '结案', warned: '临期提醒', expired: '超时', tasked: '现场任务分派',
};

interface Entry {
  readonly version: number;
  readonly type: string;
}

beforeAll(async () => {
  program = await start();
  browser = await launch();
  return async () => {
    await browser.close();
    expect(await program.stop(), 'exit code of the program').toBe(0);
  };
});

// Whoever looks for the cause of a failure wants to see what the people saw.
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await keepSight(browser);
});

/** A point inside the inspector's community, asked of the program like everything else. */
async function somewhere(page: Page): Promise<{ longitude: number; latitude: number }> {
  const cell: { geometry: { coordinates: [number, number][][] } } = await (await page.request.get(`/api/v1/grid/cells/${community}`)).json();
  const ring = cell.geometry.coordinates[0] ?? [];
  const mean = (k: 0 | 1): number => ring.reduce((sum, p) => sum + p[k], 0) / ring.length;
  const point = { longitude: mean(0), latitude: mean(1) };
  const found: { community: string } = await (await page.request.get(`/api/v1/grid/locate?lng=${point.longitude}&lat=${point.latitude}&crs=wgs84`)).json();
  expect(found.community).toBe(community);
  return point;
}

/** A window of the console for one post, with the incident open. */
async function atDesk(name: string): Promise<Page> {
  const page = await windowOf(browser, watch, name, program.url, desk);
  await logIn(page, '/', name, program.password);
  await openIncident(page, number);
  return page;
}

/** Parts of the wall that lie upon each other or reach beyond its edge. */
async function overlaps(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const parts = [...document.querySelectorAll('main > *')].map((e) => ({ name: e.className, r: e.getBoundingClientRect() }));
    const found = parts.filter(({ r }) => r.left < 0 || r.top < 0 || r.right > innerWidth + 1 || r.bottom > innerHeight + 1).map(({ name }) => `${name} leaves the wall`);
    parts.forEach((a, k) => {
      for (const b of parts.slice(k + 1)) {
        if (a.r.left < b.r.right - 1 && b.r.left < a.r.right - 1 && a.r.top < b.r.bottom - 1 && b.r.top < a.r.bottom - 1) found.push(`${a.name} lies on ${b.name}`);
      }
    });
    return found;
  });
}

/** The stage that the incident's page shows, once it is this one. */
async function standsAt(page: Page, stage: string, holder: string): Promise<void> {
  await page.locator('header.head').getByText(stage, { exact: true }).waitFor();
  await page.getByText(holder).first().waitFor();
}

describe.sequential('one report through three faces', () => {
  test('console and wall are open', async () => {
    district = await windowOf(browser, watch, 'district', program.url, desk);
    await district.goto('/login');
    await district.getByLabel('账号').waitFor();
    expect.soft(await violations(district), 'axe on the log-in page').toEqual([]);
    await logIn(district, '/login', 'district', program.password);
    await district.getByLabel('排序').selectOption({ label: '最新上报' });
    await district.getByRole('row').nth(5).waitFor();
    await district.mouse.move(700, 20);
    await district.getByText('实时').first().waitFor();
    expect.soft(await violations(district), 'axe on the list').toEqual([]);

    wall = await windowOf(browser, watch, 'wall', program.url, { viewport: { width: 1920, height: 1080 } });
    await logIn(wall, '/screen', 'screen', program.password);
    await wall.getByRole('status').getByText('实时').waitFor();
    await wall.locator('li[data-incident]').first().waitFor();
    expect.soft(await violations(wall), 'axe on the wall').toEqual([]);
    for (const page of [district, wall]) page.on('load', () => reloads++);
  });

  test('a report made on the phone appears in both without a reload', async () => {
    phone = await windowOf(browser, watch, 'phone', program.url, {
      viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true,
      permissions: ['geolocation'], geolocation: { ...(await somewhere(district)), accuracy: 8 },
    });
    await logIn(phone, '/m', 'inspector', program.password);
    await phone.getByText('你在 桂花').waitFor();
    await phone.getByText('实时').waitFor();
    expect.soft(await violations(phone), 'axe on the phone').toEqual([]);

    await fillIn(phone, { photo: await photograph(phone), matter: '暴露垃圾', words: '围墙边堆了五袋垃圾，已有异味，挡住人行道。' });
    expect.soft(await violations(phone), 'axe on a report').toEqual([]);
    await picture(phone, 'phone-report');

    let asked = 0;
    const posted = phone.waitForResponse((r) => r.request().method() === 'POST' && new URL(r.url()).pathname === '/api/v1/incidents');
    phone.on('request', (r) => {
      if (r.method() === 'POST' && new URL(r.url()).pathname === '/api/v1/incidents') asked = performance.now();
    });
    await send(phone);
    const made: { id: string; number: string } = await (await posted).json();
    ({ id, number } = made);
    const shown = async (page: Page, what: string): Promise<number> => {
      await page.waitForSelector(what, { state: 'visible' });
      return performance.now() - asked;
    };
    // The wall names nobody: it shows what happens where, as a row of its news and as a ring on its map.
    const [onConsole, onWall] = await Promise.all([shown(district, `[id="row-${id}"]`), shown(wall, `li[data-incident="${id}"], [data-incident="${id}"] i`)]);
    console.log(`seen on the console after ${(onConsole / 1000).toFixed(2)} s, on the wall after ${(onWall / 1000).toFixed(2)} s`);
    expect(onConsole).toBeLessThan(10_000);
    expect(onWall).toBeLessThan(10_000);
    expect(reloads).toBe(0);
    expect(await numberShown(phone)).toBe(number);
    expect(number).toMatch(/^440114-\d{8}-\d{5}$/);
  });

  test('list, map and incident stand beside each other, and the wall has a place for everything', async () => {
    await district.getByRole('row').filter({ hasText: number.slice(-10) }).click();
    await district.getByRole('region', { name: '可办操作' }).waitFor();
    expect.soft(await violations(district), 'axe on list and incident').toEqual([]);
    await picture(district, 'console');

    for (const [name, width] of [['wall', 1920], ['wall-wide', 3840]] as const) {
      await wall.setViewportSize({ width, height: 1080 });
      expect.soft(await overlaps(wall), name).toEqual([]);
      await picture(wall, name);
    }
    await wall.context().close();
  });

  test('station, street, office, district and bureau carry it to the inspector', async () => {
    await phone.getByText('暴露垃圾').waitFor(); // the photo has followed the words

    let page = await atDesk('community');
    await give(page, '提级上报', { kind: 'choice', label: '原因类别', value: '超出本级权限' }, { kind: 'text', label: '原因', value: '社区没有清运车辆。' });
    await standsAt(page, '待派遣', '花城街道');
    await page.context().close();

    const street = await atDesk('street');
    await dispatch(street, '440114002-S01', '先到现场看是否涉及占道。');
    await standsAt(street, '待签收', '综合');

    page = await atDesk('handler');
    await give(page, '退单', { kind: 'choice', label: '原因类别', value: '非本单位职责' }, { kind: 'text', label: '原因', value: '该处属市政环卫作业范围。' });
    await page.context().close();

    await standsAt(street, '待派遣', '退单 1'); // seen as it happens: nobody reloads
    await give(street, '提级上报', { kind: 'choice', label: '原因类别', value: '跨区域' }, { kind: 'text', label: '原因', value: '垃圾来自相邻街道的工地。' });
    await street.context().close();

    await openIncident(district, number);
    await dispatch(district, 'D01', '跨街道，由区统筹清运。');
    await standsAt(district, '待签收', '区城市管理和综合执法局');
    for (const clock of ['环节时限', '总时限']) {
      const card = district.locator('.clock').filter({ has: district.getByText(clock, { exact: true }) });
      await card.getByRole('button', { name: '为什么是这个时间' }).click();
      await card.getByText(new RegExp(`${clock} .*起算，.*截止 `)).waitFor();
    }
    expect.soft(await violations(district), 'axe on an incident').toEqual([]);
    await district.getByText('已派遣', { exact: true }).waitFor({ state: 'detached' });
    await picture(district, 'incident');

    page = await atDesk('bureau');
    await give(page, '处置反馈', { kind: 'text', label: '处置情况', value: '已清运五袋垃圾，地面冲洗干净。' });
    await standsAt(page, '待核查', '桂花');
    await page.context().close();

    await phone.getByRole('button', { name: '回到任务' }).click();
    await phone.locator(`[data-incident="${id}"]`).waitFor();
    expect.soft(await violations(phone), 'axe on the tasks').toEqual([]);
    await picture(phone, 'phone');
    await answer(phone, id, '核查通过', '现场已恢复');

    page = await atDesk('community');
    await give(page, '结案', { kind: 'tick', label: '现场已满足结案条件' });
    await standsAt(page, '已结案', '桂花');
    await page.context().close();
  });

  test('its page tells every fact, and why each clock stands where it stands', async () => {
    const { items }: { items: readonly Entry[] } = await (await district.request.get(`/api/v1/incidents/${id}/timeline`)).json();
    const told = items.map((e) => e.type.replace('incident.', ''));
    const story = ['reported', 'routed', 'filed', 'dispatched', 'escalated', 'dispatched', 'returned', 'escalated', 'dispatched', 'handled', 'passed', 'closed'];
    expect(told.filter((t) => !['attached', 'warned', 'expired', 'tasked'].includes(t))).toEqual(story);
    expect(items.map((e) => e.version)).toEqual(items.map((_, k) => k + 1));

    // The page was open all the while: it was told, not reloaded.
    await standsAt(district, '已结案', '桂花');
    const steps = district.locator('ol.timeline.full > li');
    await expect.poll(() => steps.locator('.head b').allInnerTexts()).toEqual(told.map((t) => labels[t]));
    expect(reloads).toBe(0);
  });

  test('a report made without a network waits on the phone and is sent once', async () => {
    const words = '垃圾桶旁又有两袋，等有网络再传。';
    await phone.getByRole('button', { name: '返回' }).click();
    const again = watch.without('phone');
    await phone.context().setOffline(true);
    await phone.getByText('离线', { exact: true }).waitFor();
    await fillIn(phone, { photo: await photograph(phone), matter: '暴露垃圾', words });
    await send(phone);
    await phone.getByRole('heading', { name: '已存入待传' }).waitFor();
    await phone.getByRole('button', { name: '回到任务' }).click();
    await phone.getByText('离线 · 1 条待传').waitFor();
    // A phone that is switched off and on again without a network has lost nothing.
    await phone.reload();
    await phone.getByText('离线 · 1 条待传').waitFor();

    await phone.context().setOffline(false);
    await phone.getByText('1 条待传').waitFor({ state: 'detached' });
    again();
    const found = async (): Promise<number> => {
      const { total }: { total: number } = await (await district.request.get(`/api/v1/incidents?q=${encodeURIComponent(words)}`)).json();
      return total;
    };
    await expect.poll(found, { timeout: 20_000 }).toBe(1);
  });

  test('what an inspector settles on the spot is proven by a pair, and waits to be checked', async () => {
    await fillIn(phone, { photo: await photograph(phone), matter: '暴露垃圾', words: '两袋垃圾' });
    await settled(phone, await photograph(phone, true), '已当场清理干净');
    expect.soft(await violations(phone), 'axe on a pair').toEqual([]);
    await phone.evaluate(() => scrollTo(0, 0));
    await picture(phone, 'phone-pair');
    const posted = phone.waitForResponse((r) => r.request().method() === 'POST' && new URL(r.url()).pathname === '/api/v1/incidents');
    await send(phone);
    const made: { id: string; photos: string[]; photos_after: string[]; description: string } = await (await posted).json();
    expect(made).toMatchObject({ description: '已当场清理干净', handled_on_the_spot: true });
    expect([made.photos.length, made.photos_after.length]).toEqual([2, 1]);
    expect(made.photos).toContain(made.photos_after[0]);
    const stage = async (): Promise<string> => (await (await district.request.get(`/api/v1/incidents/${made.id}`)).json()).stage;
    await expect.poll(stage, { timeout: 20_000 }).toBe('checking');
  });

  test('an inspector goes on duty, and the phone says so until he goes off', async () => {
    await phone.getByRole('button', { name: '回到任务' }).click();
    await phone.getByRole('button', { name: '离岗 · 不记录轨迹' }).click();
    await phone.getByRole('switch', { name: '上岗' }).click();
    await phone.getByText('正在记录巡查轨迹').waitFor();
    await phone.getByRole('switch', { name: '离岗' }).click();
    await phone.getByText('不记录轨迹', { exact: true }).waitFor();
  });

  test('nobody complained, and nothing left this machine', () => {
    expect(watch.complaints).toEqual([]);
    expect([...watch.hosts]).toEqual(['127.0.0.1']);
    expect(program.talk()).not.toMatch(/level=ERROR/);
  });
});
