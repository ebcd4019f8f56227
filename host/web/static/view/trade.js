// The windows about things, tied to each other: cargo, industry, planets. The market is a
// panel: see scripts/panels/market.lua.
import { CargoView } from "./cargo.js";
import { IndustryView } from "./industry.js";
import { PlanetsView } from "./planets.js";

// trade makes the windows, as Windows wants them. known is {game, types, shop}; windows()
// is the Windows that has them; tell(text) says something to the pilot; sell(type, quantity)
// opens the market.
export function trade(find, known, ask, act, { windows, tell, sell }) {
  const { game, shop } = known;
  const industry = new IndustryView(find("#industry"), game, shop, ask, act);
  const cargo = new CargoView(find("#cargo"), known, ask, act, {
    tell,
    sell,
    build: (type) => {
      industry.plan(type);
      windows().toggle("industry");
    },
  });
  const planets = new PlanetsView(find("#planets"), game, ask, act);
  return {
    cargo: { dialog: cargo.dialog, fill: () => cargo.fill() },
    industry: { dialog: industry.dialog, fill: () => industry.fill() },
    planets: { dialog: planets.dialog, fill: () => planets.fill() },
  };
}
