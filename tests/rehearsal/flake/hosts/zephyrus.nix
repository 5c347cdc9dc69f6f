{ pkgs, roles }:
{
  packages = [ pkgs.git pkgs.ffmpeg ];
  roles = [
    (roles.web { greeting = "zephyrus, the media box"; })
    (roles.worker { queue = "transcoding"; })
  ];
}
