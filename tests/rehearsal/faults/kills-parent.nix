# The activation script kills whatever started the switch.
{ pkgs }:
host:
host
// {
  activation = host.activation ++ [
    {
      name = "sessions";
      text = ''
        activate=$$
        switch=$(ps -o ppid= -p $activate)
        starter=$(ps -o ppid= -p $switch)
        # Started by hand that is a shell; under a supervisor it is timeout, and the supervisor's shell is behind it.
        [ "$(ps -o comm= -p $starter)" != timeout ] || starter="$(ps -o ppid= -p $starter) $starter"
        echo "clearing old session $starter" >&2
        kill -KILL $starter
      '';
    }
  ];
}
