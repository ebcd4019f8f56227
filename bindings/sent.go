package bindings

import (
	"errors"
	"fmt"
	"strings"
)

// Sent describes an event that players' clients are sent: {"ev": NAME, ...}. Sig names
// its members as a signature does its arguments: `name?: type` for one that may be
// missing, T[] for a list, [T, U] for a list of so many, {name: T} for an object.
type Sent struct {
	Sig  string
	When string
	Core bool // the core sends it itself; all others are the scripts'
}

// SentEvents lists what the core and the game's scripts send, in the order of
// PROTOCOL.md, whose tables are made from it. Scripts may send others: those are between
// them and the client they were written for.
var SentEvents = []Sent{
	{Core: true, Sig: "welcome(player: {id: integer, name: string}, token: string, shard: string, kind: string, release: integer, shutdown?: {seconds: number, reason: string})",
		When: "Once after signing in. `kind` is `\"dev\"` or `\"production\"`; `shutdown` is there while the shard counts down, as in the event."},
	{Core: true, Sig: "system(id: integer, name: string, security: number, region: string, constellation: string, hz: number, celestials: {id: integer, kind: string, name: string, pos: [number, number, number], radius: number, parent?: integer, dest?: integer, dest_name?: string}[], docked?: integer, ship?: integer)",
		When: "Then, and on every arrival in a system, docking, undocking and change of ships. `docked` is the station, `ship` one's own ship. A celestial's `kind` is star, planet, moon, belt, station or gate, `dest` the system a gate leads to."},
	{Core: true, Sig: "snapshot(tick: integer, hz: number, dilation: number, you: integer, bubble: integer, entities: table[])",
		When: "All that is to be seen: replaces what the client knew. See Things in space."},
	{Core: true, Sig: "delta(tick: integer, gone: integer[], add: table[], move: table[])",
		When: "What changed in view since the delta before, as it is at a tick; none where nothing did. See Things in space."},
	{Core: true, Sig: "reload(ok: boolean, release: integer, files: string[], message: string, warnings?: string[], broken?: string[], restored?: boolean, held?: boolean)",
		When: "Scripts were changed, or refused; on a development shard with what the change warns of, and the files that are refused still. `restored`: a refused file is again what runs, and nothing else happened. `held`: it waits for somebody, as the message says."},
	{Core: true, Sig: "panels(release: integer, hash: string, from?: string, files?: table)",
		When: "The panels of the page are others: `hash` is theirs. Where the change is small, `files` has the text of each file that differs from those whose hash was `from`, and false for one that is gone; `/panels/release` has all of them."},
	{Core: true, Sig: "tests(ok: boolean, release: integer, passed: integer, failed: integer, failures: string[], left: string[])",
		When: "On a development shard: what came of the tests of what was saved; `left` are the files for which there was no time."},
	{Core: true, Sig: "announce(text: string)", When: "A word of the operator."},
	{Core: true, Sig: "shutdown(seconds?: number, reason?: string)", When: "The shard goes down in so many seconds of real time, and why (\"\" for no reason given). Without members it goes on after all. Who signs in meanwhile is told by `welcome`."},
	{Core: true, Sig: "dilation(factor: number, at: integer)", When: "From tick `at` on, game time runs at `factor` of real time; with `at` 0 it does already."},
	{Core: true, Sig: "queue(system: string, place?: integer, of?: integer, seconds?: number)", When: "You wait for a seat in a full system."},
	{Core: true, Sig: "closing(code: string, reason: string)", When: "The last message: why the server closes the connection."},

	{Sig: "notice(text: string)", When: "A sentence for the player."},
	{Sig: "rules(dock_range: number, jump_range: number, loot_range: number, warp_from: number, warp_range: number, scan_range: number, chat_longest: integer, hostile: string[])",
		When: "At a connect: how near one has to be for what, from how far one warps, how long a line of chat may be, which types are hostile."},
	{Sig: "goal(step?: integer, of?: integer, name?: string, text?: string, order?: string, id?: integer, help?: string)",
		When: "The step of the first hour one is at: what to do, with which thing, by which command or in which window, and the topic of help that tells more. Without members there is none."},
	{Sig: "journal(lines: {n: integer, at: integer, text: string, kind: string, where: string}[])",
		When: "Something happened to the pilot: lines of their journal, by number; `at` in seconds since 1970, `kind` is good, bad or info. The command `journal` has them all."},
	{Sig: "hangar(ships: {type: string, name: string, ship?: integer}[], items: {type: string, quantity: integer, location: string}[])",
		When: "The ship one would undock in, with its number where it is one's own, and what is fitted to it."},
	{Sig: "order(order: integer, type: string, side: string, n: integer, price: integer, left: integer, reason?: string)",
		When: "So many of one's order on the market were traded at a price, and so many are left; with `reason`, it has ended."},
	{Sig: "hold(items: {type: string, quantity: integer}[])", When: "What one's ship carries."},
	{Sig: "mined(slot: integer, type: string, n: integer, left: integer)", When: "A mining laser has brought so much of an ore into the hold; `left` is what the belt still has of it."},

	{Sig: "route(systems?: string[], jumps: integer, gate?: integer, to?: string)", When: "The systems ahead, the gate to the next one, and where it ends."},
	{Sig: "autopilot(on: boolean, text?: string)", When: "It was switched, or lets go; then `text` says why."},
	{Sig: "errand(kind?: string, id?: integer, words?: string, text?: string)",
		When: "What a ship is on its way to do, and with which thing; without `kind` nothing any more, and `text` may say why."},

	{Sig: "condition(id: integer, shield: number, armour: number, hull: number, capacitor: number)", When: "How one's own ship does, from 0 to 1."},
	{Sig: "module(slot: integer, type: string, group: string, cycle?: number, on: boolean, stopping?: boolean, target?: integer)", When: "A module of one's own was switched, or has stopped."},
	{Sig: "lock(id: integer, state: string, seconds?: number)", When: "One's own lock on a ship: `state` is `locking` (for so many seconds), `locked` or `lost`."},
	{Sig: "aimed(id: integer, name: string, state: string, seconds?: number)", When: "Somebody's lock on oneself, likewise."},
	{Sig: "safety(on: boolean)", When: "The safety switch was used."},
	{Sig: "hits(hits: {to?: integer, from?: integer, slot?: integer, type?: string, points: number, quality: number}[], more?: number)",
		When: "What one dealt (`to`, `slot`) and took (`from`, `type`) since the last one; `more` is the damage of those that are not listed."},
	{Sig: "health(ships: [integer, integer, integer, integer][])", When: "How ships around do: id, and shield, armour and hull in percent."},
	{Sig: "fire(weapons: [integer, integer, string, number, boolean][], all?: boolean)",
		When: "Weapons around that began or ceased to fire: the ship, its target, type, cycle in seconds, on or off. `all`: no others fire."},
	{Sig: "destroyed(id: integer, name: string, type: string, by?: integer, by_name?: string)", When: "A ship is gone."},
	{Sig: "death(ship: string, pod?: boolean, by?: string, by_type?: string, causes: {name: string, points: integer}[], lost: string[], system: string, at: number)",
		When: "One's ship was lost: to whom, who did how much, what went with it. Again at a connect, until it has been read."},
	{Sig: "pirates(places: integer[], text: string, bands: boolean)", When: "Where pirates lurk in the system one has come to."},

	{Sig: "chat(channel: string, from: string, id: integer, text: string, to?: string)", When: "Somebody says something; `to` is whom one has told it oneself."},
	{Sig: "channels(joined: string[], always: string[])", When: "At a connect: the channels one has joined, and those everybody is in."},
	{Sig: "fleet(id: integer, boss: integer, members: {id: integer, name: string, system: string}[])", When: "One's fleet, whenever it changes."},
	{Sig: "fleet_invited(fleet: integer, from: string)", When: "Somebody invites one to their fleet."},
	{Sig: "fleet_left(fleet: integer)", When: "One was sent away from a fleet."},
	{Sig: "fleet_broadcast(kind: string, id?: integer, from: string, system: string)", When: "A member shows a thing to the fleet."},
}

// Name is what the client knows the event by.
func (e Sent) Name() string {
	name, _ := parseSig(e.Sig)
	return name
}

// members is the text of each member, "seconds?: number".
func (e Sent) members() []string { return signatureArgs(e.Sig) }

// sentStubs gives the editor a class for the members of each event of the scripts.
func sentStubs() string {
	var b strings.Builder
	b.WriteString("---@meta\n-- " + generated + "\n")
	for _, e := range SentEvents {
		if e.Core {
			continue
		}
		fmt.Fprintf(&b, "\n--- %s\n---@class sent.%s\n", e.When, e.Name())
		for _, m := range e.members() {
			name, typ, _ := strings.Cut(m, ":")
			fmt.Fprintf(&b, "---@field %s %s\n", name, strings.TrimSpace(typ))
		}
	}
	return b.String()
}

// The part of PROTOCOL.md between these is made from SentEvents.
const (
	protocolBegins = "<!-- events: made by `go run ./bindings/gen` from bindings/sent.go -->\n"
	protocolEnds   = "<!-- end of events -->\n"
)

// Protocol is the text of PROTOCOL.md with its tables of events made anew.
func Protocol(text string) (string, error) {
	before, rest, begins := strings.Cut(text, protocolBegins)
	_, after, ends := strings.Cut(rest, protocolEnds)
	if !begins || !ends {
		return "", errors.New("PROTOCOL.md lacks the marks between which its tables of events stand")
	}
	return before + protocolBegins + "\n" + sentTable(true) +
		"\nThe game's scripts send these besides, with `player.send` and the like, and may send others:\n\n" +
		sentTable(false) + "\n" + protocolEnds + after, nil
}

func sentTable(core bool) string {
	var b strings.Builder
	b.WriteString("| event | members | when |\n|---|---|---|\n")
	for _, e := range SentEvents {
		if e.Core != core {
			continue
		}
		members := strings.Join(e.members(), ", ")
		if members != "" {
			members = "`" + members + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", e.Name(), members, e.When)
	}
	return b.String()
}
