/** Milliseconds since some moment. The performance of the web platform is not part of every engine. */
export const now = (): number => (typeof performance === 'undefined' ? Date.now() : performance.now())
