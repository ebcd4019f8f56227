---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- A sentence for the player.
---@class sent.notice
---@field text string

--- At a connect: how near one has to be for what, from how far one warps, how long a line of chat may be, which types are hostile.
---@class sent.rules
---@field dock_range number
---@field jump_range number
---@field loot_range number
---@field warp_from number
---@field warp_range number
---@field scan_range number
---@field chat_longest integer
---@field hostile string[]

--- The step of the first hour one is at: what to do, with which thing, by which command or in which window, and the topic of help that tells more. Without members there is none.
---@class sent.goal
---@field step? integer
---@field of? integer
---@field name? string
---@field text? string
---@field order? string
---@field id? integer
---@field help? string

--- Something happened to the pilot: lines of their journal, by number; `at` in seconds since 1970, `kind` is good, bad or info. The command `journal` has them all.
---@class sent.journal
---@field lines {n: integer, at: integer, text: string, kind: string, where: string}[]

--- The ship one would undock in, with its number where it is one's own, and what is fitted to it.
---@class sent.hangar
---@field ships {type: string, name: string, ship?: integer}[]
---@field items {type: string, quantity: integer, location: string}[]

--- So many of one's order on the market were traded at a price, and so many are left; with `reason`, it has ended.
---@class sent.order
---@field order integer
---@field type string
---@field side string
---@field n integer
---@field price integer
---@field left integer
---@field reason? string

--- What one's ship carries.
---@class sent.hold
---@field items {type: string, quantity: integer}[]

--- A mining laser has brought so much of an ore into the hold; `left` is what the belt still has of it.
---@class sent.mined
---@field slot integer
---@field type string
---@field n integer
---@field left integer

--- The systems ahead, the gate to the next one, and where it ends.
---@class sent.route
---@field systems? string[]
---@field jumps integer
---@field gate? integer
---@field to? string

--- It was switched, or lets go; then `text` says why.
---@class sent.autopilot
---@field on boolean
---@field text? string

--- What a ship is on its way to do, and with which thing; without `kind` nothing any more, and `text` may say why.
---@class sent.errand
---@field kind? string
---@field id? integer
---@field words? string
---@field text? string

--- How one's own ship does, from 0 to 1.
---@class sent.condition
---@field id integer
---@field shield number
---@field armour number
---@field hull number
---@field capacitor number

--- A module of one's own was switched, or has stopped.
---@class sent.module
---@field slot integer
---@field type string
---@field group string
---@field cycle? number
---@field on boolean
---@field stopping? boolean
---@field target? integer

--- One's own lock on a ship: `state` is `locking` (for so many seconds), `locked` or `lost`.
---@class sent.lock
---@field id integer
---@field state string
---@field seconds? number

--- Somebody's lock on oneself, likewise.
---@class sent.aimed
---@field id integer
---@field name string
---@field state string
---@field seconds? number

--- The safety switch was used.
---@class sent.safety
---@field on boolean

--- What one dealt (`to`, `slot`) and took (`from`, `type`) since the last one; `more` is the damage of those that are not listed.
---@class sent.hits
---@field hits {to?: integer, from?: integer, slot?: integer, type?: string, points: number, quality: number}[]
---@field more? number

--- How ships around do: id, and shield, armour and hull in percent.
---@class sent.health
---@field ships [integer, integer, integer, integer][]

--- Weapons around that began or ceased to fire: the ship, its target, type, cycle in seconds, on or off. `all`: no others fire.
---@class sent.fire
---@field weapons [integer, integer, string, number, boolean][]
---@field all? boolean

--- A ship is gone.
---@class sent.destroyed
---@field id integer
---@field name string
---@field type string
---@field by? integer
---@field by_name? string

--- One's ship was lost: to whom, who did how much, what went with it. Again at a connect, until it has been read.
---@class sent.death
---@field ship string
---@field pod? boolean
---@field by? string
---@field by_type? string
---@field causes {name: string, points: integer}[]
---@field lost string[]
---@field system string
---@field at number

--- Where pirates lurk in the system one has come to.
---@class sent.pirates
---@field places integer[]
---@field text string
---@field bands boolean

--- Somebody says something; `to` is whom one has told it oneself.
---@class sent.chat
---@field channel string
---@field from string
---@field id integer
---@field text string
---@field to? string

--- At a connect: the channels one has joined, and those everybody is in.
---@class sent.channels
---@field joined string[]
---@field always string[]

--- One's fleet, whenever it changes.
---@class sent.fleet
---@field id integer
---@field boss integer
---@field members {id: integer, name: string, system: string}[]

--- Somebody invites one to their fleet.
---@class sent.fleet_invited
---@field fleet integer
---@field from string

--- One was sent away from a fleet.
---@class sent.fleet_left
---@field fleet integer

--- A member shows a thing to the fleet.
---@class sent.fleet_broadcast
---@field kind string
---@field id? integer
---@field from string
---@field system string
