---@meta
-- Made by `go run ./bindings/gen` from the tables in bindings/; do not edit.

--- Calls fn with what the server tells the player under that name: see the events to the players' clients. The page itself tells `moved`, without fields, when the player is somewhere else, docked or not, and `opened`, with what the panel is opened with.
---@param event string
---@param fn fun(fields: table)
function subscribe(event, fn) end

--- Asks the server for a command, as the player, and returns its answer; or nil, a sentence and a code where it refuses.
---@async
---@param command string
---@param args? table
---@return any
---@return string?
---@return string?
function ask(command, args) end

--- A text that there has never been: the `key` by which a command is done once, however often it is asked.
---@return string
function unique() end

--- Shows the player a note, which leaves by itself.
---@param text string
function tell(text) end

--- What a panel keeps of a player in their browser, over reloads and visits: at most 64 values of 4 KB. Read them where they are needed: while a file is loaded none are known yet.
settings = {}

--- A kept value, or otherwise.
---@param name string
---@param otherwise? any
---@return any
function settings.get(name, otherwise) end

--- Keeps a value; nil forgets it.
---@param name string
---@param value any
function settings.set(name, value) end

--- Where the player is, and who. All of it is nil before somebody is signed in.
here = {}

--- Whether the player is in a station.
---@return boolean
function here.docked() end

--- The name of the system.
---@return string?
function here.system() end

--- ... and of its region.
---@return string?
function here.region() end

--- The player's name.
---@return string?
function here.player() end

--- The names of all types.
---@async
---@return string[]
function here.types() end

--- The names of the stations of a region, by number.
---@async
---@param region string
---@return table
function here.stations(region) end

--- The names of all regions.
---@async
---@return string[]
function here.regions() end

--- What costs less in one place than somebody pays in another, from a region ("" for any) to another: {type=, quantity=, volume=, profit=, jumps=, buy={price=, station=, system=, region=}, sell=}. nil where the server does not say.
---@async
---@param from? string
---@param to? string
---@return table[]?
function here.gaps(from, to) end

--- Sets the player's route to a system; false where there is none of that name.
---@async
---@param system string
---@return boolean
function here.fly(system) end

--- Figures as the page writes and reads them. Money is in hundredths.
format = {}

--- "1,234.50"
---@param hundredths number
---@return string
function format.money(hundredths) end

--- "12,345"
---@param n number
---@return string
function format.count(n) end

--- A time in seconds since 1970, as os.time() gives it, where the player is: "28 Nov 2026, 14:05:00".
---@param time number
---@return string
function format.day(time) end

--- Reads "1,234.5" as 123450; nil for what is no amount above nothing.
---@param text string
---@return integer?
function format.to_money(text) end

--- Reads a whole number from 1 on.
---@param text string
---@return integer?
function format.to_count(text) end

--- The elements that a panel is made of. Each takes a text, or one table with its fields and, where it holds others, those in order; key tells elements of a list apart. What a field is called that an element has not is an error.
ui = {}

--- A piece of text. kind is hint, strong, good or bad; live has a screen reader read it out when it changes. Fields: kind, live.
---@param of table|string|number
---@return Element
function ui.text(of) end

--- A heading within the panel.
---@param of table|string|number
---@return Element
function ui.heading(of) end

--- A sign by its name: up, down, buy, sell, star, warning, check, cross. says is what is read out; without it, nothing is. Fields: says.
---@param of table|string|number
---@return Element
function ui.icon(of) end

--- Elements beside each other, which go on below where there is no room. says names it for a screen reader. Fields: says.
---@param of table|string|number
---@return Element
function ui.row(of) end

--- Elements below each other. Fields: says.
---@param of table|string|number
---@return Element
function ui.column(of) end

--- A part of the panel with a heading, which screen readers find. Fields: title.
---@param of table|string|number
---@return Element
function ui.section(of) end

--- A button. press is called when it is pressed, and may wait: meanwhile it cannot be pressed again. primary is the one thing to do; chosen shows that something is on; says is read out where the label is not enough. Fields: press, primary, disabled, chosen, says.
---@param of table|string|number
---@return Element
function ui.button(of) end

--- A field for text. change is called with the text as it is typed, submit when Enter is pressed. What is typed stays, also over a reload, until the panel gives another value than it last gave. mode is text, number or money, for keyboards on a screen; lines makes it higher; suggest lists what may be meant. Fields: label, value, change, submit, placeholder, mode, lines, suggest, longest, disabled.
---@param of table|string|number
---@return Element
function ui.input(of) end

--- One of several. options lists texts, or {value, text}. change is called with the value. Fields: label, value, options, change, disabled.
---@param of table|string|number
---@return Element
function ui.choice(of) end

--- Something that is on or off. change is called with true or false. Fields: label, value, change, disabled.
---@param of table|string|number
---@return Element
function ui.check(of) end

--- A number between min and max. change is called with it. Fields: label, value, min, max, step, change, disabled.
---@param of table|string|number
---@return Element
function ui.slider(of) end

--- One of several parts: a list of {name=, title=, view=}, where view is a function that returns an element and is called for the one that is shown. Which one that is the page knows, unless shown says so; change is called with the name of another. Fields: label, shown, change.
---@param of table|string|number
---@return Element
function ui.tabs(of) end

--- A button that shows a list of {text, press=}. Fields: label, disabled.
---@param of table|string|number
---@return Element
function ui.menu(of) end

--- Rows, of which only those in sight are drawn: ten thousand are no trouble. columns lists {title=, field=, cell=, by=, align=, sort=}: field is what is shown and sorted by, cell a function of the row that returns a text or an element instead, by one that returns what to sort by. A column with sort=false is not sorted by. key names the field by which a row stays itself, pick is called with a row that is chosen, mark with each in sight and returns strong, good or bad. empty is said where there are no rows. Fields: label, columns, rows, pick, mark, empty, height.
---@param of table|string|number
---@return Element
function ui.table(of) end

--- How much of max value is, as a bar with a text. kind is good or bad. Fields: label, value, max, text, kind.
---@param of table|string|number
---@return Element
function ui.gauge(of) end

--- A line or, with kind="bars", bars. points lists numbers, or {x, y}. text says in words what it shows. Fields: label, points, kind, text, height.
---@param of table|string|number
---@return Element
function ui.chart(of) end

--- A drawing of width by height, made of what the words of draw return. label says what it shows. Fields: label, width, height.
---@param of table|string|number
---@return Element
function ui.canvas(of) end

--- What a canvas shows. Lengths are those of the canvas; ink is plain, hint, strong, good, bad or brass.
draw = {}

--- A line.
---@param x1 number
---@param y1 number
---@param x2 number
---@param y2 number
---@param ink? string
---@return Element
function draw.line(x1, y1, x2, y2, ink) end

--- A filled rectangle.
---@param x number
---@param y number
---@param width number
---@param height number
---@param ink? string
---@return Element
function draw.box(x, y, width, height, ink) end

--- A circle.
---@param x number
---@param y number
---@param radius number
---@param ink? string
---@return Element
function draw.circle(x, y, radius, ink) end

--- A filled circle.
---@param x number
---@param y number
---@param radius number
---@param ink? string
---@return Element
function draw.disc(x, y, radius, ink) end

--- A text that begins at a point.
---@param x number
---@param y number
---@param text string
---@param ink? string
---@return Element
function draw.text(x, y, text, ink) end

--- The panel of a file below panels/, by the file's name: `panel.market = {title = "Market", icon = "buy", open = function(args) return ui.text "..." end}`. open returns what is shown, and is called again whenever the panel has heard something; it may not wait. Where icon is left out, no button opens the panel. sample, answers by the name of a command, is what `ask` gives in the gallery at /panels.
---@class panellib
---@field [string] table A panel.
panel = {}

--- In tests of panels, `panels/*_test.lua`: the page that the panel is in, without a browser. What is pressed and typed is named by what stands on it. What the panel asks is answered by `page.answers`, or else by the panel's sample.
page = {}

--- Opens a panel.
---@async
---@param panel string
---@param args? table
function page.open(panel, args) end

--- All that is shown, with spaces between.
---@return string
function page.text() end

--- Presses a button, a tab or an item of a menu.
---@async
---@param label string
function page.press(label) end

--- Types into a field, in place of what was there.
---@async
---@param label string
---@param text string
function page.type(label, text) end

--- Presses Enter in a field.
---@async
---@param label string
function page.enter(label) end

--- Sets a choice, a check or a slider.
---@async
---@param label string
---@param value any
function page.choose(label, value) end

--- Chooses a row of a table, by its place.
---@async
---@param table string
---@param row integer
function page.pick(table, row) end

--- Presses the head of a column.
---@async
---@param table string
---@param column string
function page.sort(table, column) end

--- The rows of a table that are in sight, each a list of texts.
---@param table string
---@return table[]
function page.rows(table) end

--- What the panel gives a field, a choice, a gauge.
---@param label string
---@return any
function page.value(label) end

--- Whether there is such a button, and it can be pressed.
---@param label string
---@return boolean
function page.can(label) end

--- What a command is answered from now on; a function is called with what was asked.
---@param command string
---@param answer any
function page.answers(command, answer) end

--- Has a command refused from now on.
---@param command string
---@param message string
---@param code? string
function page.refuses(command, message, code) end

--- With what the panel has asked for a command so far.
---@param command string
---@return table[]
function page.asked(command) end

--- Has the server tell something.
---@async
---@param event string
---@param fields? table
function page.tell(event, fields) end

--- Puts the player elsewhere: {docked=, system=, region=, player=}.
---@async
---@param of table
function page.here(of) end

--- What the panel has told the player so far.
---@return string[]
function page.notes() end

--- A setting that the panel keeps.
---@param name string
---@return any
function page.kept(name) end
