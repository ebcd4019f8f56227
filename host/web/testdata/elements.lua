-- Every element that there is, for a test: what is done to each is told in a line.
local done, on, level, sort = "nothing", false, 3, "b"
local rows = {}
for i = 1, 10000 do rows[i] = {n = i, name = "row " .. i} end

local function did(what)
  return function(value) done = what .. " " .. tostring(value) end
end

panel.elements = {
  title = "Elements", icon = "star",
  open = function()
    return ui.column{
      ui.heading "All of them",
      ui.text{done, kind = "strong", live = true},
      ui.row{says = "Signs", ui.icon "star", ui.icon{"warning", says = "Beware"}},
      ui.section{title = "Fields",
        ui.row{
          ui.input{label = "Notes", lines = 3, value = "", change = did "typed"},
          ui.check{label = "On", value = on, change = function(v) on = v; done = "check " .. tostring(v) end},
          ui.slider{label = "Level", value = level, min = 0, max = 10, step = 1, change = function(v) level = v; done = "slid " .. v end},
          ui.choice{label = "Sort", value = sort, options = {"a", "b", {"c", "the third"}}, change = function(v) sort = v; done = "chose " .. v end},
        }},
      ui.menu{label = "Do", {"First", press = did "first"}, {"Second", press = did "second"}},
      ui.button{"Wait", press = function() sleep(0.1); done = "waited" end},
      ui.gauge{label = "Half", value = 1, max = 2, text = "1 of 2"},
      ui.chart{label = "Line", points = {1, 3, 2}, text = "up and down"},
      ui.chart{label = "Bars", kind = "bars", points = {{1, 4}, {2, -2}}},
      ui.canvas{label = "A drawing", width = 100, height = 50,
        draw.line(0, 0, 100, 50), draw.box(10, 10, 20, 10, "good"), draw.circle(50, 25, 10, "bad"), draw.disc(80, 25, 5), draw.text(5, 45, "words", "hint")},
      ui.table{label = "Many", key = "n", rows = rows, height = 5, pick = function(row) done = "picked " .. row.name end,
        columns = {{title = "Number", field = "n", align = "right"}, {title = "Name", field = "name", cell = function(row) return ui.text{row.name, kind = "hint"} end}}},
    }
  end,
}
