/** The icons of the phone: one weight on a grid of 24, drawn here. The second half stands for classes of matters. */
export const paths = {
  camera: 'M4 8.5h3.2L9 6h6l1.8 2.5H20V19H4zM12 16.4a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  pencil: 'M5 19l.8-3.6L16 5.2l2.8 2.8L8.6 18.2zM14 7.2l2.8 2.8',
  pin: 'M12 21s6.5-6.6 6.5-11.5a6.5 6.5 0 0 0-13 0C5.5 14.4 12 21 12 21Zm0-9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  back: 'M14.5 5 7.5 12l7 7',
  next: 'm9.5 5 7 7-7 7',
  close: 'm6 6 12 12M18 6 6 18',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  cross: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM9 9l6 6m0-6-6 6',
  plus: 'M12 5v14M5 12h14',
  search: 'M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12Zm4.5 10.5 4.5 4.5',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8c.8-3.8 3.6-5.5 7.5-5.5s6.7 1.7 7.5 5.5',
  cloud: 'M7 18.5a4 4 0 0 1-.4-8A5.5 5.5 0 0 1 17.2 9.2a4.7 4.7 0 0 1-.4 9.3Z',
  up: 'M12 18V6m-5 5 5-5 5 5',
  album: 'M4 6h16v12.5H4zM4 15.5l4.5-4.5 4.5 4.5 3-3 4 4M15.5 9.5h.01',
  trash: 'M5 7h14M10 7V4.5h4V7m3 0-.8 12.5H7.8L7 7m3.5 4v5m3-5v5',
  retry: 'M19 12a7 7 0 1 1-2.2-5.1L19 9m0-4.5V9h-4.5',
  target: 'M12 3v4m0 10v4m9-9h-4M7 12H3m9-4.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Z',
  clock: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 4v4.5l3 1.8',
  lock: 'M6.5 11h11v8.5h-11zM9 11V8a3 3 0 0 1 6 0v3',
  undo: 'M9 6 5 10l4 4M5 10h9a5 5 0 0 1 0 10h-3',
  layers: 'M12 4 4 8.5l8 4.5 8-4.5zM4 12.5 12 17l8-4.5',
  public: 'M4.5 12a7.5 7.5 0 1 1 15 0 7.5 7.5 0 0 1-15 0Zm3.5 0h8M12 8v8',
  road: 'M8.5 4 5 20M15.5 4 19 20M12 5v2.5m0 4V14m0 4v2',
  broom: 'M14 4 10.5 11.5M7 12.5l7 3L12.5 20H6l-1-3zM9 16.5V20m3-3V20',
  tree: 'M12 20v-6m0-10 5.5 7h-3l3.5 4.5H6L9.5 11h-3z',
  sign: 'M5 5h14v8H5zM12 13v7M8.5 9h7',
  crane: 'M7 20V4.5h11L7 9m11-4.5V11m0 0-1.5 3h3zM4.5 20h5',
  street: 'M4 20V9l4-3 4 3v11m0-8h8v8M7 12h2m-2 4h2m6 0h2',
  other: 'M6 12h.01M12 12h.01M18 12h.01',
} as const;
export type IconName = keyof typeof paths;

/** A class of matters by its words: components and matters of one kind share an icon. */
export function classIcon(of: string | undefined): IconName {
  const c = of ?? '';
  if (c.includes('交通')) return 'road';
  if (c.includes('市政')) return 'public';
  if (c.includes('园林')) return 'tree';
  if (c.includes('环卫') || c.includes('市容环境')) return 'broom';
  if (c.includes('广告')) return 'sign';
  if (c.includes('施工')) return 'crane';
  if (c.includes('街面')) return 'street';
  return 'other';
}
