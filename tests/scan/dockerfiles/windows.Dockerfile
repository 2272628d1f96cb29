# escape=`

FROM mcr.microsoft.com/windows/servercore:ltsc2022 AS tools
SHELL ["powershell", "-Command"]
RUN Invoke-WebRequest -Uri https://example.com/x.zip -OutFile C:\x.zip ; `
    Expand-Archive C:\x.zip -DestinationPath C:\x

FROM mcr.microsoft.com/windows/nanoserver:ltsc2022
COPY --from=tools C:\x C:\x
CMD ["C:\\x\\x.exe"]
