// How somebody in space stands to us. Colour and shape of their sign follow it.

// standing is "own", "fleet", "hostile" or "neutral", and null for what nobody flies.
export function standing(thing, game, fleet, fight) {
  if (!["ship", "npc", "pod"].includes(thing?.kind)) return null;
  if (thing.id === game.ship) return "own";
  if (thing.owner && fleet.has(thing.owner)) return "fleet";
  if (game.rules.hostile.has(thing.type) || fight.foes.has(thing.id)) return "hostile";
  return "neutral";
}

// standingSign is the kind of sign that somebody of a standing has.
export function standingSign(kind, standing) {
  return standing === "hostile" || standing === "fleet" ? standing : kind;
}
