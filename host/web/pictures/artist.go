package main

import (
	"fmt"
	"path/filepath"
	"time"

	"hotshard/console/command"
	"hotshard/host/load"
)

// artist takes the pictures of one screen.
type artist struct {
	page    *page
	shard   *shard
	out     string
	only    string
	players int
	figures time.Duration
}

// pilot is who looks.
func (a *artist) pilot() string { return "Ada " + a.page.name }

func (a *artist) paint() error {
	for _, step := range []func() error{a.signIn, a.docked, a.undocked, a.planet, a.warp, a.battle} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// settled waits until the sky and the worlds in sight are painted, and some frames more.
func (a *artist) settled() error {
	if err := a.page.until(`window.hotshard?.sky && !window.hotshard.sky.baking`); err != nil {
		return err
	}
	return a.page.until(`(window.wanted ??= hotshard.sky.frames + 12) && hotshard.sky.frames > window.wanted && !hotshard.sky.baking && ((window.wanted = undefined), true)`)
}

// picture takes one, if it is asked for.
func (a *artist) picture(name string) error {
	name = name + "-" + a.page.name
	if !named(name, a.only) {
		return nil
	}
	if err := a.settled(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := a.page.shoot(filepath.Join(a.out, name+".jpg")); err != nil {
		return err
	}
	figures, err := a.page.tell("hotshard.sky")
	fmt.Println("  ", figures)
	return err
}

func (a *artist) signIn() error {
	p := a.page
	if err := p.until(`document.body.dataset.view === "login"`); err != nil {
		return err
	}
	if err := p.run(fmt.Sprintf(`const f = document.querySelector("#login form"); f.name.value = %q; f.elements.name.value = %[1]q; f.password.value = "secret secret"; f.querySelector("[value=register]").click()`, a.pilot())); err != nil {
		return err
	}
	return p.until(`document.body.dataset.view === "station"`)
}

func (a *artist) docked() error { return a.picture("docked") }

func (a *artist) undocked() error {
	if err := a.page.run(`document.querySelector("#station .undock").click()`); err != nil {
		return err
	}
	if err := a.page.until(`document.body.dataset.view === "space" && hotshard.sky.hulls > 0`); err != nil {
		return err
	}
	for _, hide := range []string{`document.querySelector("#place .goal .hide")?.click()`, `document.querySelectorAll(".toast .quiet").forEach((n) => n.click())`} {
		if err := a.page.run(hide); err != nil {
			return err
		}
	}
	return a.picture("station")
}

// lua runs code in the pilot's system, with me their ship.
func (a *artist) lua(code string) error {
	_, err := a.shard.Shard().Lua.Eval(a.page.ctx, command.Eval{Author: "pictures", Write: true, System: a.system(), Code: fmt.Sprintf(`
		for _, p in ipairs(system.players()) do
			if player.name(p) == %q then
				local me = player.ship(p)
				%s
			end
		end`, a.pilot(), code)})
	return err
}

func (a *artist) system() string {
	name, err := a.page.tell(`document.querySelector("#place h1").textContent`)
	if err != nil || len(name) < 2 {
		return ""
	}
	return "@" + name[1:len(name)-1]
}

// planet flies by the largest world that has rings or air, the star to the side.
func (a *artist) planet() error {
	if err := a.lua(`
		local best
		for _, c in ipairs(system.celestials("planet")) do if not best or c.radius > best.radius then best = c end end
		local far = math.sqrt(best.pos.x ^ 2 + best.pos.z ^ 2)
		local d = best.radius * 2.3
		space.teleport(me, {x = best.pos.x - d * best.pos.x / far * 0.5 + d * best.pos.z / far * 0.8, y = best.pos.y + d * 0.22, z = best.pos.z - d * best.pos.z / far * 0.5 - d * best.pos.x / far * 0.8})
		space.direction(me, {x = -best.pos.z / far, y = 0, z = best.pos.x / far})`); err != nil {
		return err
	}
	time.Sleep(3 * time.Second) // of the game, until the ship flies
	if err := a.page.run(`const g = [...hotshard.game.sim.celestials.values()].filter((c) => c.kind === "planet").sort((a, b) => b.radius - a.radius)[0], o = hotshard.game.own;
		hotshard.gaze.camera.face(g.px - o.px, g.py - o.py, g.pz - o.pz); hotshard.gaze.camera.turn(150, 10); hotshard.gaze.camera.wanted = 190;`); err != nil {
		return err
	}
	return a.picture("planet")
}

func (a *artist) warp() error {
	if !named("warp-"+a.page.name, a.only) {
		return nil
	}
	if err := a.page.run(`const g = [...hotshard.game.sim.celestials.values()].filter((c) => c.kind === "gate").sort((a, b) => hotshard.game.distance(b) - hotshard.game.distance(a))[0];
		hotshard.game.select(g.id); [...document.querySelectorAll("#selected .commands button")].find((n) => n.textContent === "Warp").click()`); err != nil {
		return err
	}
	if err := a.page.until(`hotshard.sky.warp > 0.8`); err != nil {
		return err
	}
	if err := a.page.run(`const v = hotshard.game.own.vel; hotshard.gaze.camera.face(...v); hotshard.gaze.camera.turn(60, 30); hotshard.gaze.camera.range = hotshard.gaze.camera.wanted = 170; document.querySelector("#selected") && hotshard.game.select(null)`); err != nil {
		return err
	}
	time.Sleep(700 * time.Millisecond)
	return a.page.shoot(filepath.Join(a.out, "warp-"+a.page.name+".jpg"))
}

// battle goes to where many players fight, and looks at it from among them.
func (a *artist) battle() error {
	if !named("fight-"+a.page.name, a.only) {
		return nil
	}
	over := make(chan error, 1)
	go func() {
		_, err := load.Run(load.Options{URL: "ws://" + a.shard.Addr() + "/play", Ops: "http://" + a.shard.OpsAddr(), Players: a.players, Scene: "guns",
			Measure: 150 * time.Second, Join: 40, Gather: 3 * time.Minute, Password: "load players", Prefix: a.page.name, Seed: 1, FloorCPU: -1})
		over <- err
	}()
	if err := a.crowd(); err != nil {
		return err
	}
	if err := a.page.until(`hotshard.game.sim.bodies.size > 100 && hotshard.sky.weapons > 20`); err != nil {
		return err
	}
	if err := a.page.run(`hotshard.game.select(null); hotshard.gaze.camera.wanted = 260; hotshard.gaze.camera.pitch = 0.12`); err != nil {
		return err
	}
	if err := a.picture("fight"); err != nil {
		return err
	}
	if err := a.measure(); err != nil {
		return err
	}
	return <-over
}

// crowd puts the ship beside whoever has most others around, once enough are there.
func (a *artist) crowd() error {
	for range 120 {
		time.Sleep(2 * time.Second)
		if err := a.lua(`
			local best, most = nil, 0
			for i, other in ipairs(system.players()) do
				local id = player.ship(other)
				if id and id ~= me and i % 5 == 0 and space.exists(id) then
					local near = #space.near(id, 4000, "ship")
					if near > most then best, most = id, near end
				end
			end
			if best and most > 3 then
				local at = space.get(best).pos
				space.teleport(me, {x = at.x + 260, y = at.y + 90, z = at.z + 200})
			end`); err != nil {
			return err
		}
		there, err := a.page.tell(`hotshard.game.sim.bodies.size > 60 && hotshard.sky.weapons > 8`)
		if err != nil {
			return err
		}
		if there == "true" {
			return nil
		}
	}
	return fmt.Errorf("no fight came about")
}

// measure prints what frames cost and what memory the page takes, again and again.
func (a *artist) measure() error {
	for began := time.Now(); time.Since(began) < a.figures; time.Sleep(20 * time.Second) {
		figures, err := a.page.tell(`({at: Math.round(performance.now() / 1000), memory: performance.memory?.usedJSHeapSize, bodies: hotshard.game.sim.bodies.size, ...hotshard.sky})`)
		if err != nil {
			return err
		}
		fmt.Println("  ", figures)
	}
	return nil
}
