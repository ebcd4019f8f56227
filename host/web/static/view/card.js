// What draws, the graphics card or a processor in its place.

// What does a graphics card's work on a processor: not every browser owns up to it when asked
// for a quick one.
const SLOW = /swiftshader|llvmpipe|softpipe|software|basic render/i;

// cardOf is what draws, in its own words.
export function cardOf(context) {
  const told = context.getExtension("WEBGL_debug_renderer_info");
  return String(context.getParameter(told?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
}

export const slow = (card) => SLOW.test(card);

// hasCard says whether a graphics card is to be had. It is asked before anything is fetched
// that needs one.
export function hasCard() {
  const context = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  const has = context !== null && !slow(cardOf(context));
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return has;
}
