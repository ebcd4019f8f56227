package web_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"hotshard/data/static"
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

// bands has two bands of a hundred NPCs each fight around the pilot.
func (p *page) bands(s *server.Server) {
	p.t.Helper()
	p.arrange(s, 2.6, `
		space.teleport(me, place(0, 0, 0))
		local function band(types, faction, side)
			local list = {}
			for i = 1, 100 do
				local row, column = math.floor((i - 1) / 10), (i - 1) % 10
				list[i] = put(types[i % #types + 1], (column - 4.5) * 330 + side * 160, (row - 4.5) * 190 + system.random(-60, 60), 700 + side * 420 + (i * 37 % 11) * 210)
				brain.enlist(list[i], faction)
			end
			return list
		end
		local ours = band({"Customs Cutter", "Halberd", "Customs Cutter", "Kestrane", "Customs Cutter", "Stiletto", "Bardiche", "Customs Cutter", "Halberd", "Customs Cutter", "Customs Cutter", "Colossus", "Customs Cutter"}, "customs", -1)
		local theirs = band({"Jackal Raider", "Jackal Scout", "Jackal Scout", "Jackal Raider", "Jackal Scout", "Jackal Scout", "Jackal Warlord", "Jackal Scout", "Jackal Raider"}, "jackals", 1)
		for i = 1, 100 do
			brain.engage(ours[i], theirs[(i * 7) % 100 + 1])
			brain.engage(theirs[i], ours[(i * 3) % 100 + 1])
		end`)
}

// largest looks at the largest of them.
func (p *page) largest() {
	p.t.Helper()
	p.do("look at the largest of them", chromedp.Evaluate[chromedp.Void](`(() => {
		const { game: { sim }, gaze } = hotshard, of = (type) => [...sim.bodies.values()].find((b) => b.type === type && b.kind === "npc"), a = of("Jackal Warlord"), b = of("Colossus");
		gaze.look(a.id);
		gaze.camera.face(b.px - a.px, b.py - a.py, b.pz - a.pz);
		gaze.camera.turn(90, 10);
		gaze.camera.range = gaze.camera.wanted = 1_700;
	})()`))
}

// fight waits until shots fly in the fight of two bands, and one of them blows up.
func (p *page) fight(s *server.Server) {
	p.t.Helper()
	p.bands(s)
	p.drawn("the fight", `s.weapons > 60`)
	p.largest()
	p.settle()
	p.drawn("many shots", `s.weapons > 60 && s.shields > 0`)
	p.drawn("one blow up", `s.happened.blast > 0`)
}

// slow is how much slower a film is taken than it is shown: a processor draws two pictures a
// second.
const slow = 4

// film keeps what is seen for so long, as an animated WebP of at most most bytes, by img2webp.
func (p *page) film(dir, name string, long time.Duration, most int64) {
	p.t.Helper()
	tool, err := exec.LookPath("img2webp")
	if err != nil {
		p.t.Logf("no img2webp, which Debian has in the package webp: %s is left as it is", name)
		return
	}
	frames := p.frames(long * slow)
	for quality := 60; quality > 5; quality -= 10 {
		args := []string{"-loop", "0", "-lossy", "-q", strconv.Itoa(quality), "-m", "4"}
		for _, f := range frames {
			args = append(args, "-d", strconv.FormatInt((f.lasts/slow).Milliseconds(), 10), f.path)
		}
		out := filepath.Join(dir, name+".webp")
		if said, err := exec.Command(tool, append(args, "-o", out)...).CombinedOutput(); err != nil {
			p.t.Fatalf("img2webp: %v: %s", err, said)
		}
		made, err := os.Stat(out)
		if err != nil {
			p.t.Fatal(err)
		}
		if made.Size() <= most {
			p.t.Logf("%s: %d frames, %d bytes", name, len(frames), made.Size())
			return
		}
	}
	p.t.Errorf("%s does not become small enough", name)
}

// shot is a picture that was seen for so long.
type shot struct {
	path  string
	lasts time.Duration
}

// frames takes pictures as fast as they come.
func (p *page) frames(long time.Duration) []shot {
	p.t.Helper()
	var list []shot
	dir, began := p.t.TempDir(), time.Now()
	for at := time.Duration(0); at < long; {
		picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			p.t.Fatal(err)
		}
		path := filepath.Join(dir, fmt.Sprintf("%04d.png", len(list)))
		if err := os.WriteFile(path, picture, 0o600); err != nil {
			p.t.Fatal(err)
		}
		now := time.Since(began)
		list = append(list, shot{path, now - at})
		at = now
	}
	return list
}

// tidy puts away what was told.
func (p *page) tidy() {
	p.t.Helper()
	p.do("put away what was told", chromedp.Evaluate[chromedp.Void](`for (const n of document.querySelectorAll("#place .goal .hide, .toast .quiet")) n.click()`))
}

// TestPictures makes the pictures of README, by a processor alone; make pictures runs it.
func TestPictures(t *testing.T) {
	dir := os.Getenv("HOTSHARD_PICTURES")
	if dir == "" {
		t.Skip("only with HOTSHARD_PICTURES, a folder: it makes the pictures of README")
	}
	b := newBrowser(t)
	for _, screen := range screens {
		url, _, s := startServerOn(t, gallery(t))
		p := b.open(t, "ada", url)
		p.deep(url, "medium", chromedp.EmulateViewport(screen.width, screen.height))
		p.signIn(p.name)
		p.inView("station")
		p.settle()
		p.picture(dir, "docked-"+screen.name)
		p.click("#station .undock")
		p.inView("space")
		p.tidy()
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
		p.arrange(s, 2.6, `space.warp(me, system.celestials("planet")[2].id, 0)`)
		p.drawn("the tunnel", `s.warp > 0`)
		p.settle()
		p.picture(dir, "warp-"+screen.name)
		p.fight(s)
		p.picture(dir, "fight-"+screen.name)
		p.do("look flat at the own ship", chromedp.Evaluate[chromedp.Void](`(() => { hotshard.gaze.look(null); document.querySelector("[data-open=view]").click(); const n = document.querySelector("#view [name=view]"); n.value = "flat"; n.dispatchEvent(new Event("change")); document.querySelector("#view .close").click(); })()`))
		p.until("see it flat", `hotshard.sky === null`)
		p.settle()
		p.picture(dir, "flat-"+screen.name)
	}
}

var screens = []struct {
	name          string
	width, height int64
}{{"wide", 1280, 800}, {"phone", 390, 844}}

// TestAFilm makes the moving picture of README: a fight of 200 for 20 seconds, from its recording,
// which is shown slowly enough for a processor that draws.
func TestAFilm(t *testing.T) {
	dir := os.Getenv("HOTSHARD_PICTURES")
	if dir == "" {
		t.Skip("only with HOTSHARD_PICTURES, a folder: it makes the moving picture of README")
	}
	const long = 20 * time.Second
	b := newBrowser(t)
	url, _, s := startServerOn(t, gallery(t))
	ada := b.open(t, "ada", url)
	ada.signIn(ada.name)
	ada.inView("station")
	ada.click("#station .undock")
	ada.inView("space")
	ada.bands(s)
	ada.until("have losses", `(window.since ??= [...hotshard.game.sim.bodies.values()].filter((b) => b.kind === "wreck").length > 6 ? performance.now() : undefined) > 0`)
	ada.until("have more of the fight than is shown", fmt.Sprintf(`performance.now() > window.since + %d`, (long+4*time.Second).Milliseconds()))
	kept, err := s.Shard().Recordings.Keep(t.Context(), "@Anvil", time.Hour, "fight", "")
	if err != nil {
		t.Fatal(err)
	}
	ada.do("go", chromedp.Navigate("about:blank"))

	p := b.open(t, "the spectator", "http://"+show(t, kept.Path)+"/")
	p.do("have a small screen", chromedp.EmulateViewport(640, 400))
	p.until("have the time line", `Number(document.querySelector("#replay .line input").max) > 0`)
	p.do("show it from there on, slowly, and in three dimensions", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const change = (selector, value) => { const n = document.querySelector(selector); n.value = value; n.dispatchEvent(new Event("change")); };
		const line = document.querySelector("#replay .line input");
		change("#replay .line input", Number(line.max) - %d);
		change("#replay .speed", %q);
		document.querySelector("[data-open=view]").click();
		change("#view [name=quality]", "low");
		change("#view [name=view]", "deep");
		document.querySelector("#view .close").click();
		for (const n of document.querySelectorAll("body > :not(canvas)")) n.style.setProperty("display", "none", "important");
	})()`, (long+time.Second).Milliseconds(), fmt.Sprint(1.0/slow))))
	p.drawn("the fight", `s.objects > 150`)
	p.largest()
	p.settle()
	p.do("go around, and play", chromedp.Evaluate[chromedp.Void](`(() => { hotshard.gaze.mode = "around"; document.querySelector("#replay .play").click(); })()`))
	p.film(dir, "fight", long, 3_000_000)
}

// TestThePictureOfTheMap makes that of README, of a whole universe.
func TestThePictureOfTheMap(t *testing.T) {
	dir := os.Getenv("HOTSHARD_PICTURES")
	if dir == "" {
		t.Skip("only with HOTSHARD_PICTURES, a folder: it makes the picture of the map in README")
	}
	u, err := static.Generate(1, 2000)
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	url, _, _ := startServerIn(t, u, "")
	for _, screen := range screens {
		p := b.open(t, "ada "+screen.name, url)
		p.do("have a screen", chromedp.EmulateViewport(screen.width, screen.height))
		p.signIn(p.name)
		p.inView("station")
		p.until("have the map", `hotshard.game.map !== null`)
		p.do("open the map with a route", chromedp.Evaluate[chromedp.Void](`(() => {
			const { game } = hotshard, { map, system } = game;
			const far = map.systems.map((s) => s.id).find((id) => map.route(system.id, id)?.length === 14);
			game.fly(far);
			document.querySelector("[data-open=map]").click();
		})()`))
		p.until("see it", `document.querySelector("#map").open`)
		p.do("wait for a painting", chromedp.Evaluate[chromedp.Void](`void (window.since = performance.now())`))
		p.until("have it painted", `performance.now() > window.since + 2_000`)
		p.tidy()
		p.picture(dir, "map-"+screen.name)
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
