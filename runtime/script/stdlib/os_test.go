package stdlib

import "testing"

func TestDate(t *testing.T) {
	cases{
		{`return os.date("!%H:%M", 3661), os.date("%Y-%m-%d %H:%M:%S", 1e9), os.date("!%c", 0), os.date("%c", 1e9), os.date("!%x %X %p", 50000)`, `"01:01" "2001-09-09 01:46:40" "Thu Jan  1 00:00:00 1970" "Sun Sep  9 01:46:40 2001" "01/01/70 13:53:20 PM"`},
		{`return os.date("!%a %A %b %B %d %e %H %I %j %m %M %S %y %Y %%", 1e9 + 3661)`, `"Sun Sunday Sep September 09  9 02 02 252 09 47 41 01 2001 %"`},
		{`return os.date("!%C %D %F %g %G %h %k %l %n %P %r %R %s %t %T %u %U %V %w %W %z %Z", 1e9 + 3661), os.date("%Z", 0)`, `"20 09/09/01 2001-09-09 01 2001 Sep  2  2 \010 am 02:47:41 AM 02:47 1000003661 \009 02:47:41 7 36 36 0 36 +0000 GMT" "UTC"`},
		{`return os.date("!%C %D %F %g %G %h %k %l %n %P %r %R %s %t %T %u %U %V %w %W %z %Z", -1e9)`, `"19 04/24/38 1938-04-24 38 1938 Apr 22 10 \010 pm 10:13:20 PM 22:13 -1000000000 \009 22:13:20 7 17 16 0 16 +0000 GMT"`},
		{`return os.date("!%G-%V %u", 1104537600), os.date("!%G-%V", 1230768000), os.date("!%U %W", 1167609600), os.date("!%I %l %p", 0), os.date("!%I", 43200)`, `"2004-53 6" "2009-01" "00 01" "12 12 AM" "12"`},
		{`return os.date("!%E %O %Ey %Q %i %! %5 % ", 0), os.date("!%", 0), os.date("!", 0), os.date("", 0), os.date("!text", 0), os.date("!a\0b", 0)`, `"%E %O %Ey %Q %i %!    %5 % " "%" "" "" "text" "a"`},
		{`return os.date("!%Y %C %y %G %g", -62135596800 - 86400 * 400), os.date("!%Y %C %y", -62167219200 - 86400 * 800), os.date("!%Y", 1e13), os.date("!%F", -62135596800)`, `"-1 -1 99 -1 99" "-3 -1 97" "318857" "1-01-01"`},
		{`local d = os.date("!*t", 1e9) return d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst`, "2001 9 9 1 46 40 1 252 false"},
		{`local d = os.date("*t", 1078012799) return d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst`, "2004 2 28 23 59 59 7 59 false"},
		{`local out = {} for _, y in ipairs({-1200, -150, -50, 5, 99, 100, 954, 1938, 12345}) do out[#out + 1] = os.date("!%C|%y|%Y|%G|%g|%D|%F", os.time({year = y, month = 6, day = 1})) end return table.concat(out, " ")`, `"-12|00|-1200|-1200|00|06/01/00|-1200-06-01 -2|50|-150|-150|50|06/01/50|-150-06-01 -1|50|-50|-50|50|06/01/50|-50-06-01 0|05|5|5|05|06/01/05|5-06-01 0|99|99|99|99|06/01/99|99-06-01 1|00|100|100|00|06/01/00|100-06-01 9|54|954|954|54|06/01/54|954-06-01 19|38|1938|1938|38|06/01/38|1938-06-01 123|45|12345|12345|45|06/01/45|12345-06-01"`},
		{`return os.date("*tx", 0), os.date("!*", 0), os.date("!%c", "100"), os.date("!%S", 1.9), os.date("!%S", -0.9)`, `"*tx" "*" "Thu Jan  1 00:01:40 1970" "01" "00"`},
		{`return os.date("!%c", 1e300), os.date("!%c", 0/0), os.date("!%c", 1e17), os.date("!%c", 1e15), os.date("!%c", -1e15)`, `nil nil nil "Sun Jul  5 01:46:40 31690708" "Sun Jun 29 22:13:20 -31686769"`},
		{`return os.date({})`, "error: bad argument #1 to 'date' (string expected, got table)"},
		{`return os.date("%c", {})`, "error: bad argument #2 to 'date' (number expected, got table)"},
	}.check(t)
}

func TestTime(t *testing.T) {
	cases{
		{`return os.time({year = 2020, month = 2, day = 29}), os.time({year = "2020", month = "02", day = "29"}), os.time({year = 1970, month = 1, day = 1, hour = 0})`, "1582977600 1582977600 0"},
		{`return os.time({year = 2020, month = 14, day = -3, hour = 30, min = -70, sec = 99999}), os.time({year = 2020, month = 0, day = 0}), os.time({year = 2020.9, month = 1.9, day = 1.9})`, "1611995799 1575115200 1577880000"},
		{`return os.time({year = 1900, month = 1, day = 1}), os.time({year = 1, month = 1, day = 1}), os.time({year = -5000, month = 1, day = 1}), os.time({year = 9999, month = 12, day = 31})`, "-2208945600 -62135553600 -219951892800 253402257600"},
		{`return os.time({year = 2020, month = 1, day = 1, isdst = true}), os.time({year = 2020, month = 1, day = 1, isdst = false}), os.time({year = 2020, month = 1, day = 1, hour = "x"})`, "1577876400 1577880000 1577880000"},
		{`return os.time({year = 1969, month = 12, day = 31, hour = 23, min = 59, sec = 59}), os.time({year = 1e9, month = 1, day = 1}), os.time({year = 2^31, month = 1, day = 1})`, "nil 3.1556889832824e+16 6.7767976233576e+16"},
		{`return os.time(setmetatable({}, {__index = function(_, k) return ({year = 2020, month = 1, day = 1})[k] end}))`, "1577880000"},
		{`for _, at in ipairs({0, 1e9, -1e9, 951782400, 4102444800}) do if os.time(os.date("!*t", at)) ~= at then return at end end return "all"`, `"all"`},
		{`os.time({})`, "error: field 'day' missing in date table"},
		{`os.time({year = 2020, month = 1})`, "error: field 'day' missing in date table"},
		{`os.time({year = 2020, day = 1})`, "error: field 'month' missing in date table"},
		{`os.time({month = 1, day = 1})`, "error: field 'year' missing in date table"},
		{`os.time({year = "x", month = 1, day = 1})`, "error: field 'year' missing in date table"},
		{`os.time(5)`, "error: bad argument #1 to 'time' (table expected, got number)"},
		{`return os.difftime(5), os.difftime(5, 3), os.difftime("5", "3"), os.difftime(5.7, 3.9), os.difftime(1, -1)`, "5 2 2 2 2"},
		{`os.difftime()`, "error: bad argument #1 to 'difftime' (number expected, got no value)"},
		{`os.difftime({})`, "error: bad argument #1 to 'difftime' (number expected, got table)"},
	}.check(t)
}
