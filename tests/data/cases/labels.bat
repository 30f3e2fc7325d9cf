@echo off
for /f "delims= " %%A in ('-h "" /? -?') do (
  if "%~1" equ "%%~A" goto :help
)

rem Adds an item.
:add [%1 - the item]
echo %1
goto :eof
  :help
:: Prints the help.
echo help
:eof
