package web_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"hotshard/host/server"
	"hotshard/runtime/world"
)

// gallery is a system that is good to look at: a station over a world with seas, in sight of
// its moon, a gate beside, and a giant with rings.
func gallery(t *testing.T) *world.Universe {
	t.Helper()
	at := func(id world.EntityID, kind world.Kind, name string, pos world.Vec3, radius float64) world.Celestial {
		return world.Celestial{ID: id, Kind: kind, Name: name, Pos: pos, Radius: radius}
	}
	gate := func(id world.EntityID, name string, pos world.Vec3, dest world.SystemID, other world.EntityID) world.Celestial {
		c := at(id, world.KindGate, name, pos, 2500)
		c.Dest, c.DestGate = dest, other
		return c
	}
	sea := world.Vec3{X: galleryAU}
	u, err := world.NewUniverse("gallery", 1, []world.SolarSystem{
		{ID: anvil, Name: "Anvil", Region: "The Bench", Constellation: "Works", Security: 0.9, Celestials: []world.Celestial{
			at(40_000_001, world.KindStar, "Anvil", world.Vec3{}, 7e8), at(40_000_002, world.KindPlanet, "Anvil I", sea, 6.4e6),
			at(40_000_003, world.KindMoon, "Anvil I - Moon 1", sea.Add(world.Vec3{X: 3e7, Y: 1.2e7, Z: -9e7}), 1.7e6),
			at(40_000_004, world.KindPlanet, "Anvil II", world.Vec3{X: 5 * galleryAU, Z: -6 * galleryAU}, 5.8e7),
			at(anvilStation, world.KindStation, "Anvil I, Ropewalk Yards", sea.Add(lookOut.Scale(-1.7e7)).Add(world.Vec3{Y: 2e6}), 18e3),
			gate(anvilGate, "Gate to Harrow", sea.Add(world.Vec3{X: 4e8, Z: 3e9}), harrow, harrowGate)}},
		{ID: harrow, Name: "Harrow", Region: "The Bench", Constellation: "Works", Security: 0.45, Pos: world.Vec3{X: 2e16}, Celestials: []world.Celestial{
			at(40_000_011, world.KindStar, "Harrow", world.Vec3{}, 7e8), gate(harrowGate, "Gate to Anvil", world.Vec3{X: 1e11}, anvil, anvilGate)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

const galleryAU = 1.496e11

// lookOut is where pictures are taken to: the star is behind, to the side.
var lookOut = world.Vec3{X: 0.55, Y: -0.06, Z: -0.83}

// scene puts ships around the pilot, who hangs before the station. bearing is where from the
// way ahead they are, to the right, up and ahead, in metres.
const scene = `
	local ship, vec, brain = require "ship", require "lib.vec", require "brain"
	local ahead = vec.unit(vec.new(%g, %g, %g))
	local right = vec.unit(vec.new(-ahead.z, 0, ahead.x))
	local station = system.celestials("station")[1]
	local here = vec.add(station.pos, vec.scale(ahead, -station.radius * %g))
	local function place(r, u, a)
		return vec.add(here, vec.add(vec.scale(right, r), vec.add(vec.new(0, u, 0), vec.scale(ahead, a))))
	end
	local function put(type, r, u, a, name)
		return ship.spawn {kind = name and "ship" or "npc", type = type, name = name or type, pos = place(r, u, a)}
	end
	local me = player.ship(system.players()[1])
`

// arrange runs Lua with the words of scene; from is how many radii of the station before it.
func (p *page) arrange(s *server.Server, from float64, code string) {
	p.t.Helper()
	p.eval(s, fmt.Sprintf(scene, lookOut.X, lookOut.Y, lookOut.Z, from)+code)
}

// view points the camera, so many radians off the way ahead, and so many metres from the ship.
func (p *page) view(yaw, pitch, metres float64) {
	p.t.Helper()
	p.do("turn the camera", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
		`(() => { const c = hotshard.gaze.camera; c.yaw = %g; c.pitch = %g; c.range = c.wanted = %g; })()`,
		math.Atan2(-lookOut.X, -lookOut.Z)+yaw, pitch, metres)))
}

// settle waits until all that is seen is painted, and drawn some times since.
func (p *page) settle() {
	p.t.Helper()
	p.until("have all painted", `!hotshard.sky || !hotshard.sky.baking`)
	p.do("look when", chromedp.Evaluate[chromedp.Void](`void (window.since = {frames: hotshard.sky?.frames, ms: performance.now()})`))
	p.until("see it", `performance.now() > window.since.ms + 1_500 && (!hotshard.sky || hotshard.sky.frames > window.since.frames + 12 && !hotshard.sky.baking)`)
}

// picture keeps what is seen as WebP, as good as goes into 200 kilobytes.
func (p *page) picture(dir, name string) {
	p.t.Helper()
	for quality := int64(88); quality > 20; quality -= 8 {
		var picture []byte
		p.do("take "+name, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
			result, err := cdp.Call(ctx, target, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{Format: cdppage.CaptureScreenshotFormatWebp, Quality: &quality})
			if err == nil {
				picture = result.Data
			}
			return chromedp.Void{}, err
		})
		if len(picture) > 200_000 {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name+".webp"), picture, 0o644); err != nil {
			p.t.Fatal(err)
		}
		p.t.Logf("%s: %d bytes", name, len(picture))
		return
	}
}

// fight has two bands of NPCs fight around the pilot, and waits until shots fly and one of them
// blows up.
func (p *page) fight(s *server.Server) {
	p.t.Helper()
	p.arrange(s, 2.6, `
		local ours, theirs = {}, {}
		for i, type in ipairs {"Colossus", "Bardiche", "Halberd", "Kestrane", "Stiletto", "Customs Cutter", "Customs Cutter", "Halberd"} do
			ours[i] = put(type, (i % 4 - 2) * 320 - 150, (i % 3 - 1) * 200, 400 + 200 * i)
			brain.enlist(ours[i], "customs")
		end
		for i, type in ipairs {"Jackal Warlord", "Jackal Raider", "Jackal Raider", "Jackal Scout", "Jackal Scout", "Jackal Scout", "Jackal Raider", "Jackal Scout"} do
			theirs[i] = put(type, (i % 4 - 2) * 380 + 350, (i % 3) * 230 - 150, 900 + 260 * i)
			brain.enlist(theirs[i], "jackals")
		end
		for i = 1, #ours do
			brain.engage(ours[i], theirs[i])
			brain.engage(theirs[i], ours[i % #ours + 1])
		end`)
	p.drawn("the fight", `s.weapons > 10`)
	p.do("look at the largest of them", chromedp.Evaluate[chromedp.Void](`(() => {
		const { game: { sim }, gaze } = hotshard, of = (type) => [...sim.bodies.values()].find((b) => b.type === type && b.kind === "npc"), a = of("Jackal Warlord"), b = of("Colossus");
		gaze.look(a.id);
		gaze.camera.face(b.px - a.px, b.py - a.py, b.pz - a.pz);
		gaze.camera.turn(90, 10);
		gaze.camera.range = gaze.camera.wanted = 1_500;
	})()`))
	p.settle()
	p.drawn("many shots", `s.weapons > 10 && s.shields > 0`)
	p.arrange(s, 2.6, `
		local vessel, foe, other, least = require "vessel", space.of_type("Jackal Warlord")[1]
		for _, type in ipairs {"Jackal Raider", "Jackal Scout"} do
			for _, id in ipairs(space.of_type(type)) do
				if not least or space.distance(foe, id) < least then other, least = id, space.distance(foe, id) end
			end
		end
		vessel.hurt(vessel.of(other), 1e6)`)
	p.drawn("one blow up", `s.happened.blast > 0`)
}

// TestPictures makes the pictures of README, by a processor alone; make pictures runs it.
func TestPictures(t *testing.T) {
	dir := os.Getenv("HOTSHARD_PICTURES")
	if dir == "" {
		t.Skip("only with HOTSHARD_PICTURES, a folder: it makes the pictures of README")
	}
	b := newBrowser(t)
	for _, screen := range []struct {
		name          string
		width, height int64
	}{{"wide", 1280, 800}, {"phone", 390, 844}} {
		url, _, s := startServerOn(t, gallery(t))
		p := b.open(t, "ada", url)
		p.deep(url, "medium", chromedp.EmulateViewport(screen.width, screen.height))
		p.signIn(p.name)
		p.inView("station")
		p.click("#station .undock")
		p.inView("space")
		p.do("put away what was told", chromedp.Evaluate[chromedp.Void](`for (const n of document.querySelectorAll("#place .goal .hide, .toast .quiet")) n.click()`))
		p.arrange(s, 2.6, `
			space.teleport(me, place(0, 0, 0))
			space.set_speed(me, 4) -- or the others would be left behind
			space.direction(me, vec.add(ahead, vec.scale(right, 0.5)))
			put("Halberd", 420, 90, 900, "Bo's Halberd")
			put("Wain", -700, -120, 1500, "Cyd's Wain")
			put("Stiletto", 150, 160, 500, "Eve's Stiletto")
			put("Colossus", 1500, -300, 3800, "Dan's Colossus")
			put("Delver", -260, 60, 800, "Flo's Delver")`)
		p.view(0.12, 0.16, 230)
		p.settle()
		p.picture(dir, "station-"+screen.name)
		p.fight(s)
		p.picture(dir, "fight-"+screen.name)
		p.do("look flat at the own ship", chromedp.Evaluate[chromedp.Void](`(() => { hotshard.gaze.look(null); document.querySelector("[data-open=view]").click(); const n = document.querySelector("#view [name=view]"); n.value = "flat"; n.dispatchEvent(new Event("change")); document.querySelector("#view .close").click(); })()`))
		p.until("see it flat", `hotshard.sky === null`)
		p.settle()
		p.picture(dir, "flat-"+screen.name)
	}
}

// TestWhatAFrameCosts logs the figures of the view with 1,000 ships that fly by themselves. A
// processor draws them, ten times a second at most, so that only the page's own work says
// anything of other machines.
func TestWhatAFrameCosts(t *testing.T) {
	if os.Getenv("HOTSHARD_PICTURES") == "" {
		t.Skip("only with HOTSHARD_PICTURES: it measures what nothing else should disturb")
	}
	b := newBrowser(t)
	s := newStage(t)
	p := b.open(t, "eve", s.URL)
	p.deep(s.URL+"/?demo=1000", "low", chromedp.EmulateViewport(1280, 800, chromedp.EmulateScale(0.5)))
	p.drawn("a thousand ships, many times", `s.objects > 1_000 && s.frames > 100`)
	figures, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`JSON.stringify(window.hotshard.sky)`))
	if err != nil {
		t.Fatal(err)
	}
	t.Log(figures)
}
