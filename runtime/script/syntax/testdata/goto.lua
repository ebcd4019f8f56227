local goto = 1
goto = 2
goto.x = goto
goto.goto()
goto()
goto "s"
goto { goto = goto, goto }
function goto.goto:goto(goto) return goto end
for goto in goto do goto, a = 1 end
do
  ::again::
  goto again
  ::goto::
  goto
  goto
  :: spaced ::
end
f() ::after_a_call::
a = b ::after_a_name:: a = {} ::x:: f()
for i = 1, 2 do if i == 1 then goto skip end f(i) ::skip:: end
