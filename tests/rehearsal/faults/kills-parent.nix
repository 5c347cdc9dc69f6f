# The activation script kills whatever started the switch.
{ pkgs }:
host:
host
// {
  activation = host.activation ++ [
    {
      name = "sessions";
      text = ''
        activate=$PPID
        switch=$(ps -o ppid= -p $activate)
        starter=$(ps -o ppid= -p $switch)
        echo "clearing old session $starter" >&2
        kill -KILL $starter
      '';
    }
  ];
}
