---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- The name of a type, in any case; words answer with it as its file writes it.
---@alias TypeName string

--- A point in metres from the star, or a direction. A list of three numbers is taken too.
---@class Vec3
---@field x number
---@field y number
---@field z number

--- A thing of the map: star, planet, moon, belt, station or gate.
---@class Celestial
---@field id integer
---@field kind string
---@field name string
---@field pos Vec3
---@field radius number m
---@field parent integer? What it belongs to: the star of a planet, the planet of a moon.
---@field dest integer? The number of the system a gate leads to.
---@field dest_name string? ... and its name.

--- A piece of a planet, in degrees; from west one goes east to east.
---@class Area
---@field south number
---@field west number
---@field north number
---@field east number

--- What digging has taken around a place.
---@class Dug
---@field lat number degrees
---@field lon number degrees
---@field depth number The part that is gone in the middle, 0 to 1.
---@field reach number How far it is felt, in radians: a quarter of it so far away, nothing from six times that on.

--- A thing in space.
---@class Entity
---@field id integer
---@field kind string
---@field name string
---@field type string
---@field owner integer? A player.
---@field pos Vec3
---@field vel Vec3
---@field mode string How it flies.
---@field target integer?
---@field speed number The greatest it may fly, m/s.
---@field radius number m
---@field bubble integer Things in the same bubble see each other.
---@field hidden boolean? True for what space.hide has hidden.

--- What to put into space.
---@class Spawn
---@field kind string? ship (left out), npc, wreck, pod ...
---@field type TypeName?
---@field name string?
---@field owner integer? A player.
---@field pos Vec3?
---@field vel Vec3?
---@field mass number? kg
---@field agility number? Inertia modifier.
---@field speed number? m/s; 0 where left out: it stays where it is.
---@field radius number? m
---@field warp number? AU/s; 0 where left out: no drive.

--- A missile. It starts from its ship unless pos and vel say otherwise.
---@class Launch : Spawn
---@field ship integer That launches it.
---@field target integer
---@field life number s

--- How a ship flies.
---@class Engine
---@field mass number? kg
---@field agility number? Inertia modifier: mass * agility / 10^6 is the time constant in s.
---@field speed number? m/s
---@field warp number? AU/s; 0: no drive.

--- A system of the map.
---@class MapSystem
---@field name string
---@field id integer
---@field security number
---@field region string
---@field constellation string
---@field neighbours string[]

--- A kind of ship or thing, with the fields of its category in types/schema.lua. It is the release's and nobody assigns to it: change the figure in its file below types/ and save. Whoever holds the table sees the new figure then.
---@class ItemType
---@field id integer
---@field name string
---@field group string
---@field category string ship, module, charge ...
---@field text string For players.
---@field mass number kg
---@field radius number m
---@field agility number Inertia modifier.
---@field speed number m/s
---@field warp number AU/s
---@field [string] any The others.

--- Things of one type in one place.
---@class ItemStack
---@field location string
---@field type string
---@field quantity integer
---@field owner integer? A player; given by items.at.

--- A line of the books about a stack.
---@class HistoryLine
---@field entry integer
---@field at integer s, as os.time()
---@field n integer That came, or went below zero.
---@field cause string
---@field trades table[] What was traded in it: {order=, side=, type=, quantity=, price=, system=, station=}.

--- Somebody's person in the game.
---@class Character
---@field id integer
---@field name string
---@field system string
---@field station integer? Where they are docked.
---@field playing boolean Whether they are in the game.
---@field last_seen integer s, as os.time()
---@field data table? A copy of player.data, as it was last saved: at most some seconds ago for who plays.

--- A key and its value.
---@class StoreEntry
---@field key string
---@field value any

--- A step of store.transact: one of put, add, expect, give, take, move, room, open, trade, close, reprice and standing, with the fields that belong to it.
---@class Change
---@field put string? A key, which gets value (nil removes it).
---@field add string? A key, to whose number n is added; all fails where it would be below least, if that is given.
---@field expect string? A key; all fails unless value is what is there.
---@field give integer|string? A player, who gets n of type in location, from the faucet that from names.
---@field take integer|string? A player, of whose type in location n are taken, into the sink that to names. Where no faucet and no sink is named, what is taken is what is given, and the rest is put down to the cause.
---@field move integer|string? A player, whose n of type in location go to the player to, in to_location. In place of a player, these three also take the name of a keeper, who is nobody: "wrecks".
---@field room integer? A player; all fails where what they have in location, and in places within it, takes more than capacity m3 by then; with 0, where there is anything at all.
---@field value any
---@field n number?
---@field least number?
---@field type TypeName?
---@field location string?
---@field capacity number?
---@field open Order? An order of the market, which stands from now on: what it promises goes into escrow, and fee into a sink.
---@field trade integer? An order that comes, which is traded with one that stood: n at the price of that one, of which the seller pays tax. What the buyer promised above goes back.
---@field close integer? An order, which ends for the reason; what it still promised goes back.
---@field standing integer? A player; all fails, too_many, where more than most orders of theirs stand by then.
---@field most integer?
---@field reprice integer? An order, which gets another price and another rank, for the fee.
---@field with integer?
---@field price integer?
---@field tax integer?
---@field fee integer?
---@field rank integer?
---@field reason string?
---@field from string?
---@field to integer|string?
---@field to_location string?

--- An order of the market. Prices are in hundredths, times seconds since 1970, as os.time() gives them.
---@class Order
---@field order integer Its number.
---@field owner integer|string A player, or the name of a keeper, who is nobody.
---@field side string sell or buy
---@field type TypeName
---@field system string
---@field station integer
---@field region string? Given, never asked for: that of the system.
---@field range string|integer? From how far a buyer takes goods: station, system, region, or so many jumps.
---@field price integer
---@field quantity integer At first.
---@field left integer? All of it where left out.
---@field min integer? The least that is bought at once, until less is left.
---@field rank integer Of two of one price the lower stood first.
---@field created integer?
---@field expires integer
---@field ended integer? None while it stands.
---@field reason string? Why it has ended.

--- What an order that comes may have of one that stands.
---@class BookFill
---@field order integer That stands.
---@field owner integer 0 for a keeper.
---@field price integer
---@field n integer
---@field system string
---@field station integer

--- The best orders of a type in a region: {order=, price=, quantity=, system=, station=, expires=}, those of buyers with range and min.
---@class BookPage
---@field revision integer Another one whenever the book is another.
---@field sells table[]
---@field buys table[]

--- What was traded of a type in a region and a day of UTC.
---@class MarketDay
---@field day integer Since 1970.
---@field order_count integer
---@field volume integer
---@field turnover integer In hundredths, as the prices.
---@field highest integer
---@field lowest integer

--- What the books say of a transaction, besides what moved, when, in which system and under which release.
---@class Why
---@field cause string? A word or a few, in small letters; the module's name where it is left out.
---@field actor integer? The player who wanted it.
---@field system string? Where, if not here: a service says for whom.
---@field key string? The actor's own name for what they ask: asked again for the same, nothing is done, and the answer is that of the first time; for something else it is refused.
---@field content any What they ask, to compare by; the changes where it is left out.
---@field answer any What is answered, now and later; true where it is left out.

--- What the words of ui and draw return: see In panels.
---@class Element

--- A handle for cancel.
---@class Timer

--- A handle for task.stop.
---@class Task
